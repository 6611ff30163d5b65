using System.Globalization;

namespace Orchestrator.ServerKillTest.Load;

/// <summary>The planned end of a workflow.</summary>
internal enum PlannedEnd
{
    /// <summary>The workflow completes by itself after all awaited events.</summary>
    Completes,

    /// <summary>The workflow fails by itself.</summary>
    Fails,

    /// <summary>The workflow waits until a client requests its cancellation.</summary>
    Cancelled,

    /// <summary>The workflow waits until a client terminates it.</summary>
    Terminated,
}

/// <summary>The script of one workflow; <see cref="Result"/> models its outcome.</summary>
/// <param name="Id">Its workflow id.</param>
/// <param name="Activities">Activities, one after the other.</param>
/// <param name="ClientSignals">Signals that a client sends and the workflow waits for.</param>
/// <param name="OtherSignals">Signals that other workflows send and the workflow waits for.</param>
/// <param name="Timers">Short timers, after the activities.</param>
/// <param name="Generations">Number of times that the workflow first continues as new.</param>
/// <param name="HasChild">True if the workflow starts a child and waits for its end.</param>
/// <param name="Target">A workflow that it sends a signal; empty for none.</param>
/// <param name="End">The end of the workflow.</param>
internal sealed record WorkflowPlan(
    string Id,
    int Activities,
    int ClientSignals,
    int OtherSignals,
    int Timers,
    int Generations,
    bool HasChild,
    string Target,
    PlannedEnd End
)
{
    /// <summary>The result of a workflow that completes, which counts the events it received.</summary>
    public string Result => Summary(Activities, ClientSignals + OtherSignals, Timers, HasChild);

    /// <summary>Names of all signals that must come, each once.</summary>
    public IEnumerable<string> SignalsFromClients =>
        Enumerable.Range(0, ClientSignals).Select(i => $"s{i.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Formats a result.</summary>
    public static string Summary(int activities, int signals, int timers, bool child) =>
        string.Create(CultureInfo.InvariantCulture, $"activities={activities} signals={signals} timers={timers} child={child}");

    /// <summary>The plan as the input of its workflow.</summary>
    /// <param name="generation">Which run of the chain it is for, from 0.</param>
    /// <param name="carried">Signals that earlier runs of the chain have taken.</param>
    public string Encode(int generation, int carried) =>
        string.Join(
            '|',
            Id,
            Text(Activities),
            Text(ClientSignals),
            Text(OtherSignals),
            Text(Timers),
            Text(Generations),
            HasChild.ToString(),
            Target,
            End.ToString(),
            Text(generation),
            Text(carried)
        );

    /// <summary>Reads an input.</summary>
    public static (WorkflowPlan Plan, int Generation, int Carried) Decode(string input)
    {
        var parts = input.Split('|');
        int Number(int index) => int.Parse(parts[index], CultureInfo.InvariantCulture);
        var plan = new WorkflowPlan(
            parts[0],
            Number(1),
            Number(2),
            Number(3),
            Number(4),
            Number(5),
            bool.Parse(parts[6]),
            parts[7],
            Enum.Parse<PlannedEnd>(parts[8])
        );
        return (plan, Number(9), Number(10));
    }

    /// <summary>A row of random plans. Some send a signal to the one before them, which then waits for it.</summary>
    public static IReadOnlyList<WorkflowPlan> Row(Random random, string prefix, int count)
    {
        var plans = new List<WorkflowPlan>();
        for (var i = 0; i < count; i++)
        {
            var end = random.Next(8) switch
            {
                0 => PlannedEnd.Cancelled,
                1 => PlannedEnd.Terminated,
                2 => PlannedEnd.Fails,
                _ => PlannedEnd.Completes,
            };
            var plan = new WorkflowPlan(
                $"{prefix}-{Text(i)}",
                random.Next(4),
                random.Next(5),
                0,
                random.Next(3),
                random.Next(6) == 0 ? 1 : 0,
                random.Next(5) == 0,
                "",
                end
            );
            // Only who surely gets there: a cancelled one may end before it sends.
            if (
                random.Next(4) == 0
                && plans.Count > 0
                && plans[^1].End == PlannedEnd.Completes
                && end is (PlannedEnd.Completes or PlannedEnd.Fails)
            )
            {
                plan = plan with { Target = plans[^1].Id };
                plans[^1] = plans[^1] with { OtherSignals = plans[^1].OtherSignals + 1 };
            }

            plans.Add(plan);
        }

        return plans;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
