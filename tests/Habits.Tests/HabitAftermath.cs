namespace Orchestrator.Habits.Tests;

/// <summary>Invariants of a finished run, whatever its agents did.</summary>
/// <param name="plan">The agents of the run.</param>
/// <param name="repository">The repository of the run.</param>
/// <param name="result">The result of the run.</param>
internal sealed class HabitAftermath(HabitPlan plan, HabitRepository repository, HabitResult result)
{
    private const string MayChangeSettings = "changes-user-name";
    private readonly List<string> _faults = [];

    /// <summary>Everything that does not hold, each as a sentence.</summary>
    /// <param name="users">The user's files and refs after the user's last change.</param>
    public async Task<IReadOnlyList<string>> CheckAsync(IReadOnlyList<string> users)
    {
        foreach (var task in plan.Tasks)
        {
            CheckTask(task);
            CheckNamed(task);
        }

        CheckExitCode();
        await CheckTargetAsync();
        CheckUsers(users, await repository.ReadUsersAsync());
        await CheckRepositoryAsync();
        await CheckCheckoutAsync();
        return _faults;
    }

    private HabitEnding EndingOf(HabitTask task) => task.Habit?.Ending ?? HabitEnding.Lands;

    private void CheckTask(HabitTask task)
    {
        var ending = EndingOf(task);
        var (state, rounds, starts) = (ending, plan.Stubborn) switch
        {
            (HabitEnding.Lands, _) => ("merged", 1..1, 1..1),
            (HabitEnding.LandsWhenStartedAgain, false) => ("merged", 1..1, 2..2),
            (HabitEnding.LandsWhenStartedAgain, true) => ("failed", 1..1, 2..20),
            (HabitEnding.IsTold, false) => ("merged", 1..2, 2..2),
            (HabitEnding.IsTold, true) => ("failed", 1..3, 1..4),
            (HabitEnding.Fails, _) => ("failed", 1..1, 1..1),
            _ => ("blocked", 1..1, 1..1),
        };
        var found = result.Task(task.Id);
        if (found.State != state || !Holds(rounds, found.Round) || !Holds(starts, found.Starts))
        {
            _faults.Add(
                $"{Name(task)} is {found.State} in round {found.Round} after {found.Starts} starts, "
                    + $"expected {state}, rounds {rounds}, starts {starts}: {found.Reason}{Told(task.Id)}"
            );
        }

        if (
            task.Habit?.Said is { } said
            && ending is not (HabitEnding.Lands or HabitEnding.LandsWhenStartedAgain)
            && !(found.Reason + Told(task.Id)).Contains(said, StringComparison.Ordinal)
        )
        {
            _faults.Add($"{Name(task)} was not told '{said}': {found.Reason}{Told(task.Id)}");
        }
    }

    /// <summary>An agent's leftovers are listed, so that a user can find them.</summary>
    private void CheckNamed(HabitTask task)
    {
        var left = plan.Confined ? [] : task.Habit?.Leaves ?? [];
        foreach (var name in left.Concat(StraysOf(task)).Select(name => Fill(name, task)))
        {
            if (!IsTold(name) && !IsPoppedByAnother(task))
            {
                _faults.Add($"{Name(task)}: nobody is told of '{name}'");
            }
        }
    }

    private bool IsTold(string name) =>
        result.Events.Contains(name, StringComparison.Ordinal) || result.People.Contains(name, StringComparison.Ordinal);

    /// <summary>
    /// Worktrees share one stack of stash entries: who pops takes what lies on top, which may be another's that was put there just before.
    /// Then its own entry is left, and told.
    /// </summary>
    private bool IsPoppedByAnother(HabitTask task) =>
        task.Habit?.Name == "leaves-stash"
        && plan.Tasks.Any(other => other.Habit?.Name == "stashes-and-pops" && IsTold($"for a moment, {other.Id}"));

    /// <summary>A confined agent can't write in the user's checkout.</summary>
    private IReadOnlyList<string> StraysOf(HabitTask task) => plan.Confined ? [] : task.Habit?.Strays ?? [];

    private void CheckExitCode()
    {
        var endings = plan.Tasks.Select(EndingOf).ToList();
        var fails =
            endings.Contains(HabitEnding.Fails)
            || (plan.Stubborn && endings.Any(ending => ending is HabitEnding.IsTold or HabitEnding.LandsWhenStartedAgain));
        var asks =
            endings.Contains(HabitEnding.AsksAPerson) || (!plan.Confined && plan.Tasks.Any(task => task.Habit is { StopsLanding: true }));
        int[] expected = (fails, asks) switch
        {
            (true, true) => [1, 3],
            (true, false) => [1],
            (false, true) => [3],
            _ => [0],
        };
        if (!expected.Contains(result.ExitCode))
        {
            _faults.Add($"the run ended with exit code {result.ExitCode}, expected {string.Join(" or ", expected)}");
        }
    }

    /// <summary>The target holds its previous content, plus the whole work of all tasks if all were merged, and never anything
    /// else.</summary>
    private async Task CheckTargetAsync()
    {
        var files = (await repository.GitAsync("ls-tree", "-r", "--name-only", "main")).Split('\n');
        var landed = result.ExitCode == 0 ? plan.Tasks : [];
        string[] expected =
        [
            "README.md",
            "src/code.txt",
            "src/deep/more.txt",
            "tasks.yaml",
            .. landed.SelectMany(task => Enumerable.Range(1, 3).Select(part => $"{task.Id}/part{part}.txt")),
        ];
        if (expected.Except(files).ToList() is { Count: > 0 } missing)
        {
            _faults.Add($"the target lacks {string.Join(", ", missing)}");
        }
        if (files.Except(expected).ToList() is { Count: > 0 } more)
        {
            _faults.Add($"the target has {string.Join(", ", more)}");
        }
        if (files.Contains("README.md") && await repository.GitAsync("show", "main:README.md") != "# Product")
        {
            _faults.Add("the target's README.md is another one");
        }
    }

    private void CheckUsers(IReadOnlyList<string> before, IReadOnlyList<string> now)
    {
        _faults.AddRange(before.Except(now).Where(line => !MayDiffer(line)).Select(line => $"the user's is gone: {line}"));
        _faults.AddRange(now.Except(before).Where(line => !MayDiffer(line)).Select(line => $"there is more than the user's: {line}"));
    }

    /// <summary>An agent that is not confined may set the name in the one file that all worktrees share: that is left, and named.</summary>
    private bool MayDiffer(string line) =>
        !plan.Confined
        && line.StartsWith("user.", StringComparison.Ordinal)
        && plan.Tasks.Any(task => task.Habit?.Name == MayChangeSettings);

    private async Task CheckRepositoryAsync()
    {
        var locks = Directory.EnumerateFiles(Path.Combine(repository.Folder, ".git"), "*.lock", SearchOption.AllDirectories);
        _faults.AddRange(locks.Select(file => $"a lock is left: {file}"));

        // Those in the pool are for the next run.
        var worktrees = (await repository.GitAsync("worktree", "list", "--porcelain"))
            .Split('\n')
            .Where(line => line.Contains("/.worktrees/", StringComparison.Ordinal) && !line.Contains("/.pool/", StringComparison.Ordinal));
        if (result.ExitCode == 0)
        {
            _faults.AddRange(worktrees.Select(line => $"left: {line}"));
        }
    }

    private async Task CheckCheckoutAsync()
    {
        var known = plan
            .Tasks.SelectMany(task => StraysOf(task).Select(name => Fill(name, task)))
            .Concat(["notes.txt", ".orchestrator/config.yaml"])
            .ToHashSet();
        var changed = await repository.GitAsync("status", "--porcelain", "--untracked-files=all");
        _faults.AddRange(
            changed
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !known.Contains(line[2..].Trim()))
                .Select(line => $"the checkout has {line}")
        );
    }

    /// <summary>Repair instructions in the prompts of a task's agent.</summary>
    private string Told(string task) =>
        string.Concat(
            HabitRun
                .RunFiles(repository, "problems*")
                .Where(file => file.Contains($"/tasks/{task}/", StringComparison.Ordinal))
                .Select(file => "\n      told: " + File.ReadAllText(file).ReplaceLineEndings(" "))
        );

    private static bool Holds(Range range, int number) => number >= range.Start.Value && number <= range.End.Value;

    private static string Fill(string name, HabitTask task) => name.Replace("{task}", task.Id, StringComparison.Ordinal);

    private static string Name(HabitTask task) => task.Habit is null ? task.Id : $"{task.Id} ({task.Habit})";
}
