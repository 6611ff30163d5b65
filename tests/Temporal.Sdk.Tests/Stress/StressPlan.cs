namespace Orchestrator.Temporal.Sdk.Tests.Stress;

/// <summary>What one step of a stress workflow does.</summary>
public enum StressKind
{
    /// <summary>Sleeps for some milliseconds.</summary>
    Timer,

    /// <summary>An activity that doubles a number.</summary>
    Activity,

    /// <summary>The same, failing some times before.</summary>
    FlakyActivity,

    /// <summary>An activity that fails for good.</summary>
    FailingActivity,

    /// <summary>An activity that is cancelled at once.</summary>
    CancelledActivity,

    /// <summary>A local activity that doubles a number.</summary>
    LocalActivity,

    /// <summary>A child that does steps of its own.</summary>
    Child,

    /// <summary>A child that fails.</summary>
    FailingChild,

    /// <summary>A child that is cancelled while it waits.</summary>
    CancelledChild,

    /// <summary>A child that waits until its parent tells it a number.</summary>
    ToldChild,

    /// <summary>A short timer against a long one, which is cancelled.</summary>
    Race,

    /// <summary>Steps at the same time.</summary>
    Parallel,

    /// <summary>A condition that never holds, with a limit.</summary>
    Condition,

    /// <summary>Chance and patches decide how many timers there are, but not what comes out.</summary>
    Chance,
}

/// <summary>One step.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Value">Its number.</param>
/// <param name="Steps">Steps within it.</param>
public sealed record StressStep(StressKind Kind, int Value, StressStep[] Steps);

/// <summary>What a stress workflow does, and what is done to it.</summary>
/// <param name="Runs">Steps of each run; the run continues as new between them.</param>
/// <param name="Signals">Signals that it waits for at the end.</param>
/// <param name="Updates">Updates that it waits for at the end.</param>
/// <param name="Cancelled">Whether it waits at the end until it is cancelled, and then cleans up.</param>
/// <param name="Sum">What the runs before have come to.</param>
/// <param name="Signalled">Signals that the runs before got.</param>
public sealed record StressPlan(StressStep[][] Runs, int Signals, int Updates, bool Cancelled, long Sum = 0, int Signalled = 0)
{
    public const int OfFailure = 7;
    public const int OfCancellation = 13;
    public const int OfCleanUp = 1_000;
    private const int MostSteps = 6;

    /// <summary>A plan drawn by chance.</summary>
    public static StressPlan Draw(Random random)
    {
        var runs = random.Next(5) == 0 ? 2 : 1;
        return new(
            [.. Enumerable.Range(0, runs).Select(_ => Steps(random, 1 + random.Next(MostSteps), depth: 0))],
            Signals: random.Next(4),
            Updates: runs > 1 ? 0 : random.Next(3),
            Cancelled: random.Next(6) == 0
        );
    }

    /// <summary>What the workflow must give, whatever happens on its way.</summary>
    public long Expected() =>
        Runs.SelectMany(steps => steps).Sum(Expected)
        + Enumerable.Range(1, Signals).Sum()
        + Enumerable.Range(1, Updates).Sum(one => 10 * one)
        + (Cancelled ? OfCleanUp : 0);

    private static long Expected(StressStep step) =>
        step.Kind switch
        {
            StressKind.Activity or StressKind.FlakyActivity or StressKind.LocalActivity => 2 * step.Value,
            StressKind.FailingActivity or StressKind.FailingChild => OfFailure,
            StressKind.CancelledActivity or StressKind.CancelledChild => OfCancellation,
            StressKind.Child or StressKind.Parallel => step.Steps.Sum(Expected),
            StressKind.ToldChild or StressKind.Race or StressKind.Condition => step.Value,
            _ => 0,
        };

    private static StressStep[] Steps(Random random, int count, int depth) =>
        [.. Enumerable.Range(0, count).Select(_ => Step(random, depth))];

    private static StressStep Step(Random random, int depth)
    {
        var kinds = Enum.GetValues<StressKind>();
        var kind = kinds[random.Next(kinds.Length)];
        if (depth > 1 && kind is StressKind.Child or StressKind.Parallel)
        {
            kind = StressKind.Activity;
        }

        return new(
            kind,
            1 + random.Next(50),
            kind is StressKind.Child or StressKind.Parallel ? Steps(random, 1 + random.Next(3), depth + 1) : []
        );
    }
}
