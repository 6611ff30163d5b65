using Orchestrator.Gates.Turns;

namespace Orchestrator.Runs.Reports.Gates;

/// <summary>Gates and set-up commands of a run that run now on this machine.</summary>
public static class RunSteps
{
    /// <summary>The steps with the task of each; empty for the run as a whole. Reads only.</summary>
    /// <param name="run">The run; one that has ended has none.</param>
    /// <param name="runFolder">Absolute path of its folder.</param>
    /// <param name="environment">Variables of the process.</param>
    public static IReadOnlyList<(string Task, RunStep Step)> Of(
        RunStatus run,
        string runFolder,
        IReadOnlyDictionary<string, string> environment
    ) =>
        RunStates.IsFinal(run.State)
            ? []
            :
            [
                .. StepAtWork
                    .All(environment)
                    .Where(step => step.Origin.Run == Path.GetFileName(runFolder))
                    .OrderBy(step => step.Since)
                    .Select(step => (step.Origin.Task, new RunStep(step.IsSetUp ? RunStep.SetUp : RunStep.Gate, step.Name, step.Since))),
            ];
}
