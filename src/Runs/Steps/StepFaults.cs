using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Orchestrator.Runs;

/// <summary>Maps exceptions of a step to failures.</summary>
public static class StepFaults
{
    /// <summary>Some two minutes: a user may be working in the repository at the moment.</summary>
    private const int MostRefusals = 10;

    /// <summary>Some seconds: a refusal in the same words again and again is no passing fault.</summary>
    private const int MostRepeats = 4;

    /// <summary>A disk on the network may be away for a while, and nothing of a night is lost by waiting for it.</summary>
    private const int MostFaults = 100;
    private const int LongestMessage = 2000;

    // errno(3): ENOSPC, EDQUOT.
    private const int NoSpace = 28;
    private const int NoQuota = 122;
    private static readonly string[] DiskFullTexts = ["No space left on device", "Out of diskspace", "Disk quota exceeded"];

    /// <summary>The failure; null for a transient one, after which the step is retried. What git or the system refuses because of the
    /// content of a repository or of our own files is retried a few times, and then final; sooner if it is the same word for word. A full
    /// disk is waited for.</summary>
    /// <param name="fault">What the step threw.</param>
    /// <param name="attempt">Number of the attempt.</param>
    /// <param name="repeats">How often in a row it has thrown the same (<see cref="RepeatedFaults"/>); 0: unknown.</param>
    public static StepException? Describe(Exception fault, int attempt, int repeats = 0) =>
        fault switch
        {
            StepException failed => failed,
            _ when IsDiskFull(fault) => new StepException(
                $"The disk is full: {Words(fault)}. Free some space; it continues by itself.",
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
            or KeyNotFoundException when attempt >= MostRefusals || repeats >= MostRepeats => Lasting(fault, attempt),
            _ => null,
        };

    private static StepException Lasting(Exception fault, int attempt) =>
        new(
            fault is GitException { ErrorOutput: var words } && RefusalCauses.Find(words) is var (cause, cure)
                ? $"{cause} {cure} Then retry. (It was tried {Plural.Times(attempt)}: {Words(fault)}.)"
                : $"{Words(fault)}. It was tried {Plural.Times(attempt)}, always with the same end. Repair that, then retry.",
            fault,
            "Refused"
        );

    private static string Words(Exception fault) =>
        FileNames.Show(fault.Message.ReplaceLineEndings(" "), LongestMessage).TrimEnd().TrimEnd('.');

    /// <summary>True if the disk, or a person's share of it, has no room left: by the system's number of the error, or by its words, which
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

/// <summary>Counts how often each step has failed in a row with the same words. Safe for concurrent callers.</summary>
public sealed partial class RepeatedFaults
{
    private readonly ConcurrentDictionary<string, (string Words, int Count)> _last = new(StringComparer.Ordinal);

    /// <summary>Notes a fault.</summary>
    /// <param name="step">Id of the step; the same for every attempt.</param>
    /// <param name="fault">What the attempt threw.</param>
    /// <returns>How often the same was thrown in a row, this time included.</returns>
    public int Add(string step, Exception fault)
    {
        var words = $"{fault.GetType().Name}: {Changing().Replace(fault.Message, "#")}";
        return _last.AddOrUpdate(step, (words, 1), (_, last) => last.Words == words ? (words, last.Count + 1) : (words, 1)).Count;
    }

    /// <summary>Forgets a step that has ended.</summary>
    /// <param name="step">As in <see cref="Add"/>.</param>
    public void Forget(string step) => _last.TryRemove(step, out _);

    // Names of temporary files, process ids and times differ in what is the same refusal.
    [GeneratedRegex(@"[0-9a-f]{16,}|[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Changing();
}
