using System.Globalization;
using Xunit.Abstractions;

namespace Orchestrator.Habits.Tests;

/// <summary>Runs a plan and fails with all that does not hold.</summary>
internal static class HabitCheck
{
    public static async Task HoldsAsync(HabitPlan plan, ITestOutputHelper output)
    {
        var who = string.Join(", ", plan.Tasks.Where(task => task.Habit is not null).Select(task => task.Habit!.Name));
        var what = $"{plan.Workers} workers, {(plan.Confined ? "confined" : "open")}, seed {plan.Seed}: {who}";
        output.WriteLine(what);
        var result = await new HabitRun(plan).RunAsync();
        Note(plan, result, who);
        Assert.True(result.Faults.Count == 0, $"{what}\n- {string.Join("\n- ", result.Faults)}\n\n{result.People}");
    }

    /// <summary>A line of a table per run, for those who compare: HABITS_TABLE names the file.</summary>
    private static void Note(HabitPlan plan, HabitResult result, string who)
    {
        if (Environment.GetEnvironmentVariable("HABITS_TABLE") is not { Length: > 0 } file)
        {
            return;
        }
        var merged = plan.Tasks.Count(task => result.Task(task.Id).State == "merged");
        object[] cells =
        [
            who,
            plan.Workers,
            plan.Confined ? "confined" : "open",
            plan.Stubborn ? "stubborn" : "",
            plan.Seed,
            result.Faults.Count == 0 ? "holds" : "FAILS",
            $"exit {result.ExitCode}",
            $"{merged}/{plan.Tasks.Count} merged",
            $"{plan.Tasks.Sum(task => result.Task(task.Id).Starts)} starts",
            string.Join(" | ", result.Faults).ReplaceLineEndings(" "),
        ];
        File.AppendAllText(file, string.Join('\t', cells.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture))) + "\n");
    }
}
