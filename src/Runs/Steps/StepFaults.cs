namespace Orchestrator.Runs;

/// <summary>Maps exceptions of a step to failures.</summary>
public static class StepFaults
{
    /// <summary>Some two minutes: a person may be working in the repository at the moment.</summary>
    private const int MostRefusals = 10;

    /// <summary>A disk on the network may be away for a while, and nothing of a night is lost by waiting for it.</summary>
    private const int MostFaults = 100;
    private const int LongestMessage = 2000;

    // errno(3): ENOSPC, EDQUOT.
    private const int NoSpace = 28;
    private const int NoQuota = 122;
    private static readonly string[] DiskFullTexts = ["No space left on device", "Out of diskspace", "Disk quota exceeded"];

    /// <summary>The failure; null for a transient one, after which the step is retried. What git or the system refuses because of the
    /// content of a repository or of our own files is retried a few times, and then final. A full disk is waited for.</summary>
    /// <param name="fault">What the step threw.</param>
    /// <param name="attempt">Number of the attempt.</param>
    public static StepException? Describe(Exception fault, int attempt) =>
        fault switch
        {
            StepException failed => failed,
            _ when IsDiskFull(fault) => new StepException(
                $"The disk is full: {Words(fault)}. Free some space; it goes on by itself.",
                fault,
                FailureTypes.DiskFull
            )
            {
                IsFinal = false,
            },
            JsonException => new StepException(
                $"A file of the run can't be read: {Words(fault)}. Put it back as it was and retry, or cancel the run and start it again: "
                    + "finished tasks are taken up.",
                fault,
                "FileDamaged"
            ),
            WorktreeReplacedException => new StepException(fault.Message, fault, "WorktreeGone"),
            ConfigurationCopyException => new StepException(fault.Message, fault, "ConfigurationChanged"),
            // Whatever else it may be: it has been the same for minutes.
            IOException when attempt >= MostFaults => Lasting(fault, attempt),
            GitException { IsRefusal: true }
            or UnauthorizedAccessException
            or InvalidOperationException
            or ArgumentException
            or FormatException
            or NullReferenceException
            or KeyNotFoundException when attempt >= MostRefusals => Lasting(fault, attempt),
            _ => null,
        };

    private static StepException Lasting(Exception fault, int attempt) =>
        new($"{Words(fault)}. It was tried {attempt} times, each time with the same end. Repair that, then retry.", fault, "Refused");

    private static string Words(Exception fault) =>
        FileNames.Show(fault.Message.ReplaceLineEndings(" "), LongestMessage).TrimEnd().TrimEnd('.');

    /// <summary>Whether the disk, or a person's share of it, has no room left: by the system's number of the error, or by its words, which
    /// programs pass on.</summary>
    private static bool IsDiskFull(Exception? fault) =>
        fault is not null
        && (
            (
                fault is IOException io
                && (
                    io.HResult is NoSpace or NoQuota
                    || DiskFullTexts.Any(text => io.Message.Contains(text, StringComparison.OrdinalIgnoreCase))
                )
            )
            || (fault is GitException git && DiskFullTexts.Any(text => git.ErrorOutput.Contains(text, StringComparison.OrdinalIgnoreCase)))
            || IsDiskFull(fault.InnerException)
        );
}
