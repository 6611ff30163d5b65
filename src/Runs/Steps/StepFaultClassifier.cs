using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Orchestrator.Runs;

/// <summary>Maps exceptions of steps to failures that are final or can be retried.</summary>
public static class StepFaultClassifier
{
    /// <summary>
    /// Number of attempts after which a refusal by git or the operating system counts as final. The attempts span about two minutes,
    /// because a user's work in the repository may cause temporary refusals.
    /// </summary>
    private const int MostRefusals = 10;

    /// <summary>
    /// Number of consecutive attempts with the same message after which a refusal counts as final. The attempts span only a few seconds,
    /// because a refusal whose message does not change is not transient.
    /// </summary>
    private const int MostRepeats = 4;

    /// <summary>
    /// Number of attempts after which an I/O error is final. The number is high, because a network disk may be unavailable for hours, and
    /// no work is lost while the step is retried.
    /// </summary>
    private const int MostFaults = 100;
    private const int LongestMessage = 2000;

    // A disk may be full for a moment only. These attempts are repeated after 1, 2, 4 and 8 s, so a task backs off after 15 s at the
    // earliest, and not for a minute because of a file that another program removes again.
    private const int MostMomentaryAttempts = 4;

    /// <summary>
    /// Returns the failure to report, or null if the error may be transient and the step is simply retried. Repeated refusals become final,
    /// and sooner if their message does not change. A full disk is first retried silently, and then reported as a failure that is not
    /// final.
    /// </summary>
    /// <param name="fault">The exception that the step threw.</param>
    /// <param name="attempt">Number of the attempt.</param>
    /// <param name="repeats">Number of consecutive attempts with the same message (see <see cref="RepeatedStepFaultCounter"/>), or 0 if
    /// unknown.</param>
    public static RunStepFailedException? Describe(Exception fault, int attempt, int repeats = 0) =>
        fault switch
        {
            RunStepFailedException failed => failed,
            _ when DiskSpace.IsLacking(fault) && attempt <= MostMomentaryAttempts => null,
            _ when DiskSpace.IsLacking(fault) => new RunStepFailedException(
                $"The disk is full: {MessageOf(fault)}. Free some space; the run continues by itself.",
                fault,
                FailureTypes.DiskFull
            )
            {
                IsFinal = false,
            },
            JsonException => new RunStepFailedException(
                $"A file of the run can't be read: {MessageOf(fault)}. Restore it and retry, or cancel the run and start it again; "
                    + "finished tasks are reused.",
                fault,
                "FileDamaged"
            ),
            WorktreeReplacedException => new RunStepFailedException(fault.Message, fault, "WorktreeGone"),
            ConfigurationSnapshotException => new RunStepFailedException(fault.Message, fault, "ConfigurationChanged"),
            // Any other I/O error is final by now, because it has persisted for minutes.
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

    private static RunStepFailedException Lasting(Exception fault, int attempt) =>
        new(
            fault is GitException { ErrorOutput: var words } && GitErrorCauses.Find(words) is var (cause, cure)
                ? $"{cause} {cure} Then retry. (The step failed {Plural.Times(attempt)}: {MessageOf(fault)}.)"
                : $"{MessageOf(fault)}. The step failed {Plural.Times(attempt)} with the same error. Fix the cause, then retry.",
            fault,
            "Refused"
        );

    private static string MessageOf(Exception fault) =>
        FileNameEncoding.Show(fault.Message.ReplaceLineEndings(" "), LongestMessage).TrimEnd().TrimEnd('.');
}

/// <summary>Counts, for each step, the consecutive attempts that failed with the same message. Thread-safe.</summary>
public sealed partial class RepeatedStepFaultCounter
{
    private readonly ConcurrentDictionary<string, (string Words, int Count)> _last = new(StringComparer.Ordinal);

    /// <summary>Records a failed attempt at a step.</summary>
    /// <param name="step">Id of the step. It is the same in all attempts.</param>
    /// <param name="fault">The exception that the attempt threw.</param>
    /// <returns>Number of consecutive attempts with the same message, including this one.</returns>
    public int Add(string step, Exception fault)
    {
        var words = $"{fault.GetType().Name}: {Changing().Replace(fault.Message, "#")}";
        return _last.AddOrUpdate(step, (words, 1), (_, last) => last.Words == words ? (words, last.Count + 1) : (words, 1)).Count;
    }

    /// <summary>Removes the count of a step that has ended.</summary>
    /// <param name="step">Id of the step, as passed to <see cref="Add"/>.</param>
    public void RemoveCount(string step) => _last.TryRemove(step, out _);

    // Names of temporary files, process ids and times differ between attempts, so they are removed before messages are compared.
    [GeneratedRegex(@"[0-9a-f]{16,}|[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Changing();
}
