namespace Orchestrator.Runs;

/// <summary>Maps exceptions of a step to failures.</summary>
public static class StepFaults
{
    /// <summary>Some two minutes: a person may be working in the repository at the moment.</summary>
    private const int MostRefusals = 10;
    private const int LongestMessage = 2000;

    /// <summary>The failure; null for a transient one, after which the step is retried. What git or the system refuses because of the
    /// content of a repository is retried a few times, and then final.</summary>
    /// <param name="fault">What the step threw.</param>
    /// <param name="attempt">Number of the attempt.</param>
    public static StepException? Describe(Exception fault, int attempt) =>
        fault switch
        {
            StepException failed => failed,
            WorktreeReplacedException => new StepException(fault.Message, fault, "WorktreeGone"),
            ConfigurationCopyException => new StepException(fault.Message, fault, "ConfigurationChanged"),
            GitException { IsRefusal: true } or UnauthorizedAccessException when attempt >= MostRefusals => new StepException(
                $"{FileNames.Show(fault.Message.ReplaceLineEndings(" "), LongestMessage)} It was tried {MostRefusals} times, each "
                    + "time with the same end. Repair that, then retry.",
                fault,
                "Refused"
            ),
            _ => null,
        };
}
