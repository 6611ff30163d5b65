using Xunit.Abstractions;

namespace Orchestrator.Habits.Tests;

/// <summary>Each habit with 1, 2, 6 and 10 agents at once, with and without bubblewrap, and twenty mixtures of ten.</summary>
[Trait("Category", "Full")]
public class HabitMatrixTests(ITestOutputHelper output)
{
    private static readonly int[] Workers = [1, 2, 6, 10];

    public static IEnumerable<object[]> Cases =>
        from habit in Habit.All
        from workers in Workers
        select new object[] { habit.Name, workers };

    public static TheoryData<string> Stubborn { get; } =
        new(Habit.All.Where(habit => habit.Ending is HabitEnding.IsTold or HabitEnding.LandsWhenStartedAgain).Select(habit => habit.Name));

    public static TheoryData<int> Mixtures { get; } = new(Enumerable.Range(1, 20));

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Run_OneAgentWithAHabit_NeighboursLandAtOnce(string habit, int workers) => RunAsync(habit, workers, confined: false);

    [BubblewrapTheory]
    [MemberData(nameof(Cases))]
    public Task Run_OneConfinedAgentWithAHabit_NeighboursLandAtOnce(string habit, int workers) => RunAsync(habit, workers, confined: true);

    /// <summary>An agent that never changes its ways: its task fails with the sentence, and the run ends by itself.</summary>
    [Theory]
    [MemberData(nameof(Stubborn))]
    public Task Run_AgentThatKeepsItsHabit_FailsWithTheSentenceAndTheRunEnds(string habit) =>
        HabitCheck.HoldsAsync(HabitPlan.Among(Habit.Named(habit), workers: 2, confined: false, Seed()) with { Stubborn = true }, output);

    [BubblewrapTheory]
    [MemberData(nameof(Mixtures))]
    public Task Run_MixtureOfTen_EachLandsOrIsTold(int number)
    {
        var seed = Seed();
        var random = new Random(seed);
        var workers = Workers[random.Next(Workers.Length)];
        return HabitCheck.HoldsAsync(HabitPlan.Mixture(seed, agents: 10, workers, confined: number % 2 == 0), output);
    }

    private Task RunAsync(string habit, int workers, bool confined) =>
        HabitCheck.HoldsAsync(HabitPlan.Among(Habit.Named(habit), workers, confined, Seed()), output);

    /// <summary>HABITS_SEED plays one again.</summary>
    private int Seed()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HABITS_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return seed;
    }
}
