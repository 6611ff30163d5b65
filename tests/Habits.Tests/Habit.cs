namespace Orchestrator.Habits.Tests;

/// <summary>The outcome of a task whose agent has a habit.</summary>
public enum HabitEnding
{
    /// <summary>The task lands after one agent start.</summary>
    Lands,

    /// <summary>The agent did not come to its end and is started again; nothing is charged to it, and it lands.</summary>
    LandsWhenStartedAgain,

    /// <summary>The agent gets the fault in one sentence. Its work lands after a repair; otherwise its task fails.</summary>
    IsTold,

    /// <summary>The agent gives up. Its task fails at once, and the user is notified in one sentence.</summary>
    Fails,

    /// <summary>A user is asked, in a sentence.</summary>
    AsksAPerson,
}

/// <summary>Something that agents do, and what is expected then.</summary>
/// <param name="Name">Its name in the fake agent.</param>
/// <param name="Ending">The outcome of the task.</param>
/// <param name="Said">Required text to the agent or to the user who is asked, or null if there is none.</param>
public sealed record Habit(string Name, HabitEnding Ending = HabitEnding.Lands, string? Said = null)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Habit> All { get; } =
    [
        new("commits-never"),
        new("commits-once"),
        new("commits-each"),
        new("commits-in-background"),
        new("amends"),
        new("squashes"),
        new("rebases"),
        new("resets"),
        new("reverts"),
        new("commits-foreign-and-takes-it-back"),
        new("merges-main"),
        new("own-branch") { Leaves = ["agent/own-{task}"] },
        new("own-branch-and-back"),
        new("detached"),
        new("renames-its-branch") { Leaves = ["agent/renamed-{task}"] },
        new("orphan-branch") { Leaves = ["agent/orphan-{task}"] },
        new("leaves-branches") { Leaves = ["agent/backup-{task}", "agent/old-{task}"] },
        new("leaves-tags") { Leaves = ["agent-light-{task}", "agent-heavy-{task}"] },
        new("leaves-stash") { Leaves = ["a try of {task}"] },
        new("stashes-and-pops"),
        new("leaves-worktree-elsewhere") { Leaves = ["worktree-of-{task}"] },
        new("changes-user-name") { Leaves = ["user.name"] },
        new("adds-remote") { Leaves = ["agent-{task}"] },
        new("collects-garbage"),
        new("leaves-index-lock"),
        new("kills-its-git"),
        new("dies-in-git", HabitEnding.LandsWhenStartedAgain),
        new("hangs-in-git", HabitEnding.LandsWhenStartedAgain) { Hangs = true },
        new("leaves-rebase"),
        new("leaves-merge"),
        new("leaves-bisect"),
        new("leaves-server"),
        new("prints-60-mb"),
        new("exits-1-after-good-work", HabitEnding.IsTold, "ended with exit code 1. Its stderr ends with: '1 warning found"),
        new("exits-1-after-half-its-work", HabitEnding.IsTold, "ended with exit code 1. Its stderr ends with: 'out of ideas"),
        new("exits-1-without-work", HabitEnding.Fails, "ended with exit code 1. Its stderr ends with: 'unknown option"),
        new("asks-on-stdin"),
        new("asks-and-hangs", HabitEnding.LandsWhenStartedAgain) { Hangs = true },
        new("asks-and-ends", HabitEnding.IsTold, "grep -q"),
        new("says-blocked", HabitEnding.AsksAPerson, "left-pad"),
        new("empties-tree", HabitEnding.IsTold, "README.md"),
        new("empties-tree-by-git", HabitEnding.IsTold, "README.md"),
        new("empties-tree-and-git-file", HabitEnding.IsTold, "README.md"),
        new("nested-repository", HabitEnding.IsTold, "a repository of its own"),
        new("nested-repository-without-commit", HabitEnding.IsTold, "a repository of its own"),
        new("leaves-worktree-inside", HabitEnding.IsTold, "a repository of its own"),
        new("commits-foreign-file", HabitEnding.IsTold, "README.md"),
        new("hides-its-work", HabitEnding.IsTold, ".gitignore"),
        new("writes-into-main-checkout") { Strays = ["stray-of-{task}.txt"] },
        new("changes-main-checkout") { Strays = ["{task}/part1.txt"], StopsLanding = true },
    ];

    /// <summary>Leftovers of an unconfined agent in the repository, which the run must list; <c>{task}</c> is the task.</summary>
    public IReadOnlyList<string> Leaves { get; init; } = [];

    /// <summary>Files that it puts into the user's checkout; the run names them.</summary>
    public IReadOnlyList<string> Strays { get; init; } = [];

    /// <summary>The work can't land by itself, since a file lies in its way in the user's checkout.</summary>
    public bool StopsLanding { get; init; }

    /// <summary>The agent does nothing any more until a limit ends it.</summary>
    public bool Hangs { get; init; }

    /// <summary>The habit of this name.</summary>
    public static Habit Named(string name) => All.Single(habit => habit.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
