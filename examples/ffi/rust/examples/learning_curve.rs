//! Test errors against the pretraining sample size, theory beside simulation, as CSV.
//!
//! ```sh
//! cargo run --release --example learning_curve
//! ```

use icltheory::{Experiment, Parameter, Quantity, Result, Run};

const TAU: [f64; 8] = [0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 4.0];
const QUANTITIES: [Quantity; 2] = [Quantity::Icl, Quantity::Idg];

fn main() -> Result<()> {
    let mut experiment = Experiment::new(15)?;
    experiment.set(Parameter::Tau, TAU[0])?; // each point sets its own
    experiment.set(Parameter::Alpha, 2.0)?;
    experiment.set(Parameter::Kappa, 4.0)?;
    experiment.set(Parameter::Rho, 0.1)?;
    experiment.set(Parameter::Lambda, 0.05)?;
    experiment.set_seed(1)?;
    let mut run = Run::new()?;
    run.set_threads(0)?; // one per processor
    let curve = experiment.curve(Parameter::Tau, &TAU, &QUANTITIES, Some(&mut run))?;
    println!("tau,n,icl_theory,icl,icl_standard_error,idg_theory,idg,idg_standard_error");
    for (i, tau) in TAU.iter().enumerate() {
        print!("{},{}", tau, curve.sizes[i].n.unwrap_or(0));
        for j in QUANTITIES.len() * i..QUANTITIES.len() * (i + 1) {
            print!(",{:.6},{:.6},{:.6}", curve.theory[j], curve.mean[j], curve.standard_error[j]);
        }
        println!();
    }
    Ok(())
}
