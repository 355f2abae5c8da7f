% values = icl_theory (tau, alpha, kappa, rho, lambda, quantity)
%
% The quantity ("icl", "idg", "gap", "bayes" or "xi") at each point of the theory. Arguments are scalars or arrays of
% one size; Inf is allowed where theory.h allows it. rho and lambda are 0 and the quantity "icl" unless given.
% Needs icltheory_mex.c compiled, see README.md.
function values = icl_theory (tau, alpha, kappa, rho, lambda, quantity)
  if nargin < 4, rho = 0; end
  if nargin < 5, lambda = 0; end
  if nargin < 6, quantity = 'icl'; end
  code = find (strcmp (quantity, {'icl', 'idg', 'gap', 'bayes', 'xi'})); % as theory.h has them, from 1
  if isempty (code)
    error ('icltheory:arguments', 'quantity is %s; icl, idg, gap, bayes or xi was expected', quantity);
  end
  % A sum has the size of all; zeros that Inf and NaN do not reach.
  zero = zeros (size (tau)) + zeros (size (alpha)) + zeros (size (kappa)) + zeros (size (rho)) + zeros (size (lambda));
  values = icltheory_mex (zero + tau, zero + alpha, zero + kappa, zero + rho, zero + lambda, code);
end
