using Xunit.Abstractions;

namespace Orchestrator.Habits.Tests;

/// <summary>Agents as they are: whatever one does, the others work on, the run ends by itself, and what is the user's stays.</summary>
public class HabitTests(ITestOutputHelper output)
{
    /// <summary>Habits that end by themselves. A hanging agent ends by a time limit, which takes longer.</summary>
    private static readonly IReadOnlyList<Habit> Quick = [.. Habit.All.Where(habit => !habit.Hangs)];

    /// <summary>
    /// A sample; all of it is in <see cref="HabitMatrixTests"/>. Half of the seeds confine the agents, where bubblewrap works.
    /// </summary>
    [Fact]
    public async Task Run_AgentsOfDrawnHabits_EachLandsOrIsToldAndNothingLivesOn()
    {
        var seed = Random.Shared.Next();
        var confined = seed % 4 < 2 && BubblewrapTheoryAttribute.Missing is null;
        output.WriteLine($"seed {seed}");
        await HabitCheck.HoldsAsync(HabitPlan.Mixture(seed, agents: 6, workers: 6, confined, Quick), output);
    }
}
