namespace Orchestrator.Runs;

/// <summary>What an exception of a step means to whoever asked for the step.</summary>
public static class StepFaults
{
    /// <summary>Some two minutes: somebody may be at work there by hand just now.</summary>
    private const int MostRefusals = 10;
    private const int LongestMessage = 2000;

    /// <summary>
    /// The failure that it is; null for a fault in passing, after which the step is tried again. What git or the system refuses because of
    /// what lies in a repository is tried a few times, and then is final too.
    /// </summary>
    /// <param name="fault">What the step threw.</param>
    /// <param name="attempt">How often the step was tried, this time included.</param>
    public static StepException? Describe(Exception fault, int attempt) =>
        fault switch
        {
            StepException failed => failed,
            WorktreeReplacedException => new StepException(fault.Message, fault, "WorktreeGone"),
            GitException { IsRefusal: true } or UnauthorizedAccessException when attempt >= MostRefusals => new StepException(
                $"{FileNames.Show(fault.Message.ReplaceLineEndings(" "), LongestMessage)} It was tried {MostRefusals} times, each "
                    + "time with the same end. Repair that, then retry.",
                fault,
                "Refused"
            ),
            _ => null,
        };
}
