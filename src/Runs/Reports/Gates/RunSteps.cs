using Orchestrator.Gates.Turns;

namespace Orchestrator.Runs.Reports.Gates;

/// <summary>Lists gates and set-up commands of a run that currently run on this host.</summary>
public static class RunSteps
{
    /// <summary>Returns the steps with the id of each one's task, which is empty for the run as a whole. Read-only.</summary>
    /// <param name="run">Status of the run; an ended run has no steps.</param>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="environment">Environment variables of the process.</param>
    public static IReadOnlyList<(string Task, RunStep Step)> Of(
        RunStatus run,
        string runFolder,
        IReadOnlyDictionary<string, string> environment
    ) =>
        RunStates.IsFinal(run.State)
            ? []
            :
            [
                .. RunningStep
                    .All(environment)
                    .Where(step => step.Origin.Run == Path.GetFileName(runFolder))
                    .OrderBy(step => step.Since)
                    .Select(step => (step.Origin.Task, new RunStep(step.IsSetUp ? RunStep.SetUp : RunStep.Gate, step.Name, step.Since))),
            ];
}
