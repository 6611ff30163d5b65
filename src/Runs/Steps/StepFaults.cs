using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Orchestrator.Runs;

/// <summary>Maps exceptions of a step to failures.</summary>
public static class StepFaults
{
    /// <summary>Number of attempts before a refusal is final; about two minutes, because a user may be working in the
    /// repository.</summary>
    private const int MostRefusals = 10;

    /// <summary>Number of consecutive attempts with the same message before a refusal is final; a few seconds, because such a refusal is
    /// not transient.</summary>
    private const int MostRepeats = 4;

    /// <summary>Number of attempts before an I/O error is final. A network disk may be unavailable for a while, and waiting for it
    /// overnight loses nothing.</summary>
    private const int MostFaults = 100;
    private const int LongestMessage = 2000;

    // errno(3): ENOSPC, EDQUOT.
    private const int NoSpace = 28;
    private const int NoQuota = 122;
    private static readonly string[] DiskFullTexts = ["No space left on device", "Out of diskspace", "Disk quota exceeded"];

    /// <summary>Returns the failure, or null for a transient fault that is retried. Refusals by git or the system because of the content
    /// of the repository or of our files become final after some retries. They become final sooner if the message is always the same. A
    /// full disk is never final.</summary>
    /// <param name="fault">The exception that the step threw.</param>
    /// <param name="attempt">Number of the attempt.</param>
    /// <param name="repeats">Number of consecutive attempts with the same fault (<see cref="RepeatedFaults"/>), or 0 if unknown.</param>
    public static StepException? Describe(Exception fault, int attempt, int repeats = 0) =>
        fault switch
        {
            StepException failed => failed,
            _ when IsDiskFull(fault) => new StepException(
                $"The disk is full: {Words(fault)}. Free some space; the run continues by itself.",
                fault,
                FailureTypes.DiskFull
            )
            {
                IsFinal = false,
            },
            JsonException => new StepException(
                $"A file of the run can't be read: {Words(fault)}. Restore it and retry, or cancel the run and start it again; "
                    + "finished tasks are reused.",
                fault,
                "FileDamaged"
            ),
            WorktreeReplacedException => new StepException(fault.Message, fault, "WorktreeGone"),
            ConfigurationSnapshotException => new StepException(fault.Message, fault, "ConfigurationChanged"),
            // Any other I/O error has been the same for minutes.
            IOException when attempt >= MostFaults => Lasting(fault, attempt),
            GitException { IsRefusal: true }
            or UnauthorizedAccessException
            or InvalidOperationException
            or ArgumentException
            or FormatException
            or NullReferenceException
            or KeyNotFoundException when attempt >= MostRefusals || repeats >= MostRepeats => Lasting(fault, attempt),
            _ => null,
        };

    private static StepException Lasting(Exception fault, int attempt) =>
        new(
            fault is GitException { ErrorOutput: var words } && RefusalCauses.Find(words) is var (cause, cure)
                ? $"{cause} {cure} Then retry. (The step failed {Plural.Times(attempt)}: {Words(fault)}.)"
                : $"{Words(fault)}. The step failed {Plural.Times(attempt)} with the same error. Fix the cause, then retry.",
            fault,
            "Refused"
        );

    private static string Words(Exception fault) =>
        FileNames.Show(fault.Message.ReplaceLineEndings(" "), LongestMessage).TrimEnd().TrimEnd('.');

    /// <summary>True if the disk or the user's quota is full, by the error number or by the message, which programs pass on.</summary>
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

/// <summary>Counts how often in a row each step failed with the same message. Thread-safe.</summary>
public sealed partial class RepeatedFaults
{
    private readonly ConcurrentDictionary<string, (string Words, int Count)> _last = new(StringComparer.Ordinal);

    /// <summary>Records a fault of a step.</summary>
    /// <param name="step">Id of the step; equal for all attempts.</param>
    /// <param name="fault">The exception that the attempt threw.</param>
    /// <returns>Number of consecutive attempts with the same fault, including this one.</returns>
    public int Add(string step, Exception fault)
    {
        var words = $"{fault.GetType().Name}: {Changing().Replace(fault.Message, "#")}";
        return _last.AddOrUpdate(step, (words, 1), (_, last) => last.Words == words ? (words, last.Count + 1) : (words, 1)).Count;
    }

    /// <summary>Removes a step that has ended.</summary>
    /// <param name="step">Id of the step, as in <see cref="Add"/>.</param>
    public void Forget(string step) => _last.TryRemove(step, out _);

    // Names of temporary files, process ids and times differ between otherwise equal refusals.
    [GeneratedRegex(@"[0-9a-f]{16,}|[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Changing();
}
