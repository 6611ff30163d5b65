using FsCheck;
using FsCheck.Fluent;

namespace Orchestrator.Temporal.Server.Tests.Model;

/// <summary>The next action of a client, a worker or the clock.</summary>
internal enum StepKind
{
    /// <summary>The next action of a correct worker.</summary>
    Work,

    /// <summary>A signal; <see cref="Step.Number"/> is its request, so that some are repeated.</summary>
    Signal,
    Cancel,
    Terminate,
    PollWorkflowTask,

    /// <summary>An answer with the token of a poll: the last one, or an older one.</summary>
    CompleteWorkflowTask,
    FailWorkflowTask,
    PollActivity,
    CompleteActivity,
    FailActivity,
    Heartbeat,

    /// <summary>Time passes: 1, 6, 11, 31 or 700 s.</summary>
    Advance,

    /// <summary>The server forgets its memory of the workflow, and reads it again.</summary>
    Reload,
}

/// <summary>The worker's answer to a workflow task.</summary>
internal enum Answer
{
    Nothing,
    Activity,
    TwoActivities,
    Timer,
    CancelTimer,
    CancelActivity,
    Complete,
    Fail,
}

/// <summary>One step of a case.</summary>
/// <param name="Kind">The action.</param>
/// <param name="Number">Which request, activity or timer; how long.</param>
/// <param name="Back">Which token: 0 the last, 1 the one before.</param>
/// <param name="Answer">For the answer to a workflow task.</param>
internal sealed record Step(StepKind Kind, int Number, int Back, Answer Answer)
{
    private static readonly int[] Seconds = [1, 6, 11, 31, 700];

    public TimeSpan Duration => TimeSpan.FromSeconds(Seconds[Number % Seconds.Length]);

    public override string ToString() =>
        Kind switch
        {
            StepKind.CompleteWorkflowTask => $"{Kind}({Answer} {Number}, token -{Back})",
            StepKind.Advance => $"Advance({Duration.TotalSeconds:F0} s)",
            _ => $"{Kind}({Number}, token -{Back})",
        };
}

/// <summary>Random cases, and smaller ones in place of one that fails.</summary>
internal static class Steps
{
    private const int Longest = 50;

    // What moves a workflow on comes more often than what ends it.
    private static readonly Gen<StepKind> Kinds = Gen.Frequency(
        (30, Gen.Constant(StepKind.Work)),
        (4, Gen.Constant(StepKind.Signal)),
        (1, Gen.Constant(StepKind.Cancel)),
        (1, Gen.Constant(StepKind.Terminate)),
        (6, Gen.Constant(StepKind.PollWorkflowTask)),
        (6, Gen.Constant(StepKind.CompleteWorkflowTask)),
        (3, Gen.Constant(StepKind.FailWorkflowTask)),
        (4, Gen.Constant(StepKind.PollActivity)),
        (3, Gen.Constant(StepKind.CompleteActivity)),
        (4, Gen.Constant(StepKind.FailActivity)),
        (2, Gen.Constant(StepKind.Heartbeat)),
        (9, Gen.Constant(StepKind.Advance)),
        (3, Gen.Constant(StepKind.Reload))
    );

    private static readonly Gen<Answer> Answers = Gen.Frequency(
        (2, Gen.Constant(Answer.Nothing)),
        (5, Gen.Constant(Answer.Activity)),
        (4, Gen.Constant(Answer.TwoActivities)),
        (5, Gen.Constant(Answer.Timer)),
        (4, Gen.Constant(Answer.CancelTimer)),
        (4, Gen.Constant(Answer.CancelActivity)),
        (1, Gen.Constant(Answer.Complete)),
        (1, Gen.Constant(Answer.Fail))
    );

    private static readonly Gen<Step> One =
        from kind in Kinds
        from number in Gen.Choose(0, 9)
        from back in Gen.Frequency((5, Gen.Constant(0)), (1, Gen.Constant(1)), (1, Gen.Constant(2)))
        from answer in Answers
        select new Step(kind, number, back, answer);

    public static Arbitrary<Step[]> Cases { get; } =
        Arb.From(from length in Gen.Choose(10, Longest) from steps in Gen.ArrayOf(One, length) select steps, Smaller);

    private static IEnumerable<Step[]> Smaller(Step[] steps)
    {
        if (steps.Length > 1)
        {
            yield return steps[..(steps.Length / 2)];
            yield return steps[(steps.Length / 2)..];
        }

        for (var i = 0; i < steps.Length; i++)
        {
            yield return [.. steps[..i], .. steps[(i + 1)..]];
        }
    }
}
