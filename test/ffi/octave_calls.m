% The function of examples/ffi/octave, compiled, in the path: octave_calls.m INTERFACE_TABLE. Output: TAP.
1; % a script and not a function

global number failures
number = failures = 0;

function check (good, name)
  global number failures
  number++;
  if ! (isscalar (good) && good)
    failures++;
    printf ('not ');
  end
  printf ('ok %d - %s\n', number, name);
end

% The message of the error that the call ends with.
function message = fails (varargin)
  message = '';
  try
    icl_theory (varargin{:});
  catch problem
    message = problem.message;
  end
end

table = fileread (argv (){end});
codes = regexp (table, 'constant\tICL_QUANTITY_(\w+)\t(\d+)', 'tokens');
same = true;
for i = 1:numel (codes)
  value = icl_theory (2, 10, 0.5, 0.01, 0.1, lower (codes{i}{1}));
  same = same && isequal (value, icltheory_mex (2, 10, 0.5, 0.01, 0.1, str2double (codes{i}{2})));
end
check (numel (codes) == 5 && same, 'quantities have their numbers');

tau = [0.5, 2, Inf];
curve = icl_theory (tau, 10, 0.5, 0.01, 0.1);
one_by_one = arrayfun (@(value) icl_theory (value, 10, 0.5, 0.01, 0.1), tau);
check (isequal (curve, one_by_one), 'an array gives what its elements give');
check (isequal (size (icl_theory (ones (2, 3), 10, 0.5)), [2, 3]), 'of its size');
check (isequal (icl_theory (1, 10, 0.5), Inf), 'the peak without ridge is infinite');
check (isequal (icl_theory (2, 10, Inf, 0.1, 0, 'gap'), 0), 'no gap for infinitely many tasks');
gap = icl_theory (tau, 10, 0.5) - icl_theory (tau, 10, 0.5, 0, 0, 'idg');
check (all (abs (gap - icl_theory (tau, 10, 0.5, 0, 0, 'gap')) <= 1e-12), 'the gap is a difference');

check (! isempty (strfind (fails (2, 0, 1), 'alpha is 0; ')), 'a message names the argument');
check (! isempty (fails (2, NaN, 1)), 'NaN is refused');
check (! isempty (fails ([1, 2], [1, 2, 3], 1)), 'sizes that do not fit are refused');
check (! isempty (fails (2, 1, 1, 0, 0, 'loss')), 'an unknown quantity is refused');
check (! isempty (fails (2i, 1, 1)), 'a complex number is refused');
check (! isempty (regexp (icltheory_mex (), '^\d+\.\d+\.\d+$')), 'the version');
printf ('1..%d\n', number);
exit (failures > 0);
