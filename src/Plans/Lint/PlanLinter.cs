namespace Orchestrator.Plans;

/// <summary>Finds weaknesses in a valid plan, such as gates that can't fail, tasks that own too many files, and needless waiting.</summary>
public static class PlanLinter
{
    /// <summary>Maximum number of paths that a task may write. A task with more paths is considered hard to review.</summary>
    public const int MostFiles = 25;

    /// <summary>Maximum number of steps in a task. A task with more steps is considered too large for one attempt.</summary>
    public const int MostSteps = 30;

    /// <summary>Maximum length of a prompt in characters. A longer prompt leaves too little context for the code.</summary>
    public const int LongestPrompt = 20_000;

    private static readonly string[] WordsForDone =
    [
        "done",
        "complete",
        "finished",
        "pass",
        "must",
        "should",
        "return",
        "accept",
        "criteria",
        "verify",
        "ensure",
        "so that",
        "works",
        "green",
        "success",
    ];

    private static readonly string[] WordsForReading =
    [
        "review",
        "read",
        "audit",
        "check",
        "analy",
        "inspect",
        "investigate",
        "report",
        "verify",
        "research",
    ];

    /// <summary>Returns all advice in plan order. Advice on the plan as a whole comes last.</summary>
    /// <param name="plan">Plan to check.</param>
    /// <param name="hasFurtherGates">True if the configuration has gates that every task must pass, so that tasks without gates of their
    /// own are still checked.</param>
    public static IReadOnlyList<PlanLintAdvice> Of(Plan plan, bool hasFurtherGates = false)
    {
        var paths = new PathOverlapCheck();
        var tasks = plan.Tasks.DistinctBy(task => task.Id, StringComparer.Ordinal).ToDictionary(task => task.Id, StringComparer.Ordinal);
        var advice = new List<PlanLintAdvice>();
        for (var i = 0; i < plan.Tasks.Count; i++)
        {
            var task = plan.Tasks[i];
            if (task.Status != PlanTaskStatus.Completed)
            {
                advice.AddRange(Gates(i, task, hasFurtherGates));
                advice.AddRange(OwnershipOf(i, task, plan.Tasks.Count));
                advice.AddRange(Size(i, task));
                advice.AddRange(TaskDependencyLinter.NeedlessDependencies(i, task, tasks, paths));
            }
        }
        advice.AddRange(TaskDependencyLinter.Waves(plan));
        return advice;
    }

    private static IEnumerable<PlanLintAdvice> Gates(int index, PlanTask task, bool hasFurtherGates)
    {
        var writes = task.FilesWrite is null or { Count: > 0 };
        if (writes && task.Verification.Count + task.Measurements.Count == 0 && !hasFurtherGates)
        {
            yield return new(
                "no-gate",
                index,
                "verification",
                $"Task '{task.Id}' has no gate of its own.",
                "Add a gate that fails when the work is wrong, such as a test."
            );
        }
        var oneCanFail = false;
        var isChecked = false;
        for (var g = 0; g < task.Verification.Count; g++)
        {
            var gate = task.Verification[g];
            if (gate.Negate || GateCommandAnalysis.ReasonItCannotFail(gate.Command) is not { } reason)
            {
                oneCanFail = true;
                isChecked |= gate.Required;
            }
            else
            {
                yield return new(
                    "gate-cannot-fail",
                    index,
                    $"verification[{g}]",
                    $"The gate '{gate.Command}' of task '{task.Id}' {reason}.",
                    "Use a command that fails if the work is wrong."
                );
            }
        }
        foreach (var endless in FindEndlessCommands(index, task))
        {
            yield return endless;
        }
        if (writes && oneCanFail && !isChecked)
        {
            yield return new(
                "no-required-gate",
                index,
                "verification",
                $"Task '{task.Id}' has gates that can fail, but none of them is required.",
                "Make at least one of them required."
            );
        }
    }

    private static IEnumerable<PlanLintAdvice> FindEndlessCommands(int index, PlanTask task)
    {
        for (var g = 0; g < task.Verification.Count; g++)
        {
            if (WatchAndFixModeRemover.Of(task.Verification[g].Command) is { } once)
            {
                yield return new(
                    "gate-not-once",
                    index,
                    $"verification[{g}]",
                    $"The gate '{task.Verification[g].Command}' of task '{task.Id}' watches for changes or repairs files.",
                    $"Use '{once}', which checks once."
                );
            }
            else if (WatchAndFixModeRemover.NeverEnds(task.Verification[g].Command))
            {
                yield return new(
                    "gate-not-once",
                    index,
                    $"verification[{g}]",
                    $"The gate '{task.Verification[g].Command}' of task '{task.Id}' watches for changes and never ends.",
                    "Use the command itself, without the program that repeats it."
                );
            }
        }
    }

    private static IEnumerable<PlanLintAdvice> OwnershipOf(int index, PlanTask task, int count)
    {
        var text = $"{task.Description} {task.Prompt}";
        var everything = task.FilesWrite is null || task.FilesWrite.Contains("**", StringComparer.Ordinal);
        if (everything && count > 1)
        {
            yield return new(
                "owns-everything",
                index,
                "files_write",
                $"Task '{task.Id}' may write anywhere, so no other task can run at the same time.",
                "In files_write, list the paths that the task changes."
            );
        }
        else if (
            task.FilesWrite is { Count: 0 }
            && task.FilesAppend.Count + task.PatchIntents.Count == 0
            && !ContainsAny(text, WordsForReading)
        )
        {
            yield return new(
                "owns-nothing",
                index,
                "files_write",
                $"Task '{task.Id}' may not write any file, but does not look like a review.",
                "In files_write, list the paths that the task changes; if it changes none, describe the report that it should write."
            );
        }
        var isTested = task.Checklist.Count > 0 || task.Verification.Any(g => g.Type == GateType.Test);
        if (!isTested && !ContainsAny(text, WordsForDone))
        {
            yield return new(
                "done-not-defined",
                index,
                "prompt",
                $"Task '{task.Id}' does not define when it is done.",
                "Add a sentence such as 'It is done when ...', or a test."
            );
        }
    }

    private static IEnumerable<PlanLintAdvice> Size(int index, PlanTask task)
    {
        if (task.AllowLargeChanges)
        {
            yield break;
        }
        if (task.FilesWrite is { Count: > MostFiles })
        {
            yield return new(
                "large-task",
                index,
                "files_write",
                $"Task '{task.Id}' owns {Plural.Of(task.FilesWrite.Count, "path")}.",
                "Split the task, or set allow_large_changes."
            );
        }
        if (task.Checklist.Count > MostSteps)
        {
            yield return new(
                "large-task",
                index,
                "checklist",
                $"Task '{task.Id}' has {Plural.Of(task.Checklist.Count, "step")}.",
                "Split the task, or set allow_large_changes."
            );
        }
        if (task.Prompt is { Length: > LongestPrompt })
        {
            yield return new(
                "large-task",
                index,
                "prompt",
                $"The prompt of task '{task.Id}' has {Plural.Of(task.Prompt.Length, "character")}.",
                "Move text that several tasks need into 'context', or split the task."
            );
        }
        if (task.EstimatedMinutes is { } minutes && task.Timeout is { } limit && minutes > limit.TotalMinutes)
        {
            yield return new(
                "large-task",
                index,
                "timeout",
                $"Task '{task.Id}' is expected to take {Plural.Of((decimal)minutes, "minute")}, but is stopped after {limit.TotalMinutes}.",
                "Raise the task's timeout, or split the task."
            );
        }
    }

    private static bool ContainsAny(string text, string[] words) =>
        Array.Exists(words, w => text.Contains(w, StringComparison.OrdinalIgnoreCase));
}
