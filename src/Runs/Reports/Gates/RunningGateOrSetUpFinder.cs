using Orchestrator.Gates.Turns;

namespace Orchestrator.Runs.Reports.Gates;

/// <summary>Lists the gates and set-up commands of a run that are running on this host now.</summary>
public static class RunningGateOrSetUpFinder
{
    /// <summary>
    /// Returns the running steps, each with the id of its task. The id is empty if the step belongs to no single task. Changes nothing.
    /// </summary>
    /// <param name="run">Status of the run. A run that has ended has no running steps.</param>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="environment">Environment variables of the process.</param>
    public static IReadOnlyList<(string Task, RunningGateOrSetUpStatus Step)> Of(
        RunStatus run,
        string runFolder,
        IReadOnlyDictionary<string, string> environment
    ) =>
        RunStateNames.IsFinal(run.State)
            ? []
            :
            [
                .. RunningGateOrSetUp
                    .All(environment)
                    .Where(step => step.Origin.Run == Path.GetFileName(runFolder))
                    .OrderBy(step => step.Since)
                    .Select(step =>
                        (
                            step.Origin.Task,
                            new RunningGateOrSetUpStatus(
                                step.IsSetUp ? RunningGateOrSetUpStatus.SetUp : RunningGateOrSetUpStatus.Gate,
                                step.Name,
                                step.Since
                            )
                        )
                    ),
            ];
}
