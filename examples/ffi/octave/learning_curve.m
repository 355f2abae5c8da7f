% A learning curve with its double descent, and a message of the library.
fprintf ('in the limit of large d: %.4f\n', icl_theory (2, 10, 0.5, 0.01, 0.1));

tau = 0.25:0.25:2;
fprintf ('  tau  ridgeless   ridge\n');
fprintf ('%5.2f  %9.4f  %6.4f\n', [tau; icl_theory(tau, 10, 0.5, 0.01); icl_theory(tau, 10, 0.5, 0.01, 0.1)]);

try
  icl_theory (-1, 10, 0.5);
catch problem
  fprintf ('as expected: %s\n', problem.message);
end
