namespace Orchestrator.Plans;

/// <summary>
/// Creates plans from task descriptions in plain text. Each description becomes a separate task for one agent. The tasks have no order and
/// may write any file.
/// </summary>
public static class AdhocPlan
{
    /// <summary>Maximum number of tasks per call.</summary>
    public const int MostTasks = 200;

    /// <summary>Maximum length of a task description, in characters.</summary>
    public const int LongestText = 100_000;

    private const int LongestId = 40;
    private const int LongestTitle = 120;

    /// <summary>Creates a plan with one task, or the given number of identical tasks, for each task description.</summary>
    /// <param name="texts">Task texts, validated by <see cref="Fault"/>.</param>
    /// <param name="times">Number of agents that receive the same text.</param>
    /// <param name="taken">Task ids already used by the run that receives the tasks, or null if there are none.</param>
    public static Plan Of(IReadOnlyList<string> texts, int times = 1, IReadOnlyCollection<string>? taken = null)
    {
        var used = new HashSet<string>(taken ?? [], StringComparer.OrdinalIgnoreCase);
        var tasks = new List<PlanTask>();
        foreach (var text in texts.Select(text => text.Trim()))
        {
            var name = NameOf(text);
            for (var time = 1; time <= times; time++)
            {
                tasks.Add(TaskOf(text, Unused(times == 1 ? name : $"{name}-{Number(time)}", used)));
            }
        }
        return new Plan { Request = RequestOf(texts, times), Tasks = tasks };
    }

    /// <summary>
    /// Returns a sentence about the first problem with the task descriptions, or null if a plan can be created from them.
    /// </summary>
    /// <param name="texts">Task texts.</param>
    /// <param name="times">Number of agents that receive the same text.</param>
    public static string? Fault(IReadOnlyList<string> texts, int times = 1)
    {
        if (texts.Count == 0)
        {
            return "The command names no task.";
        }
        if (texts.Count * (long)times > MostTasks)
        {
            return $"{Plural.Of(texts.Count * (long)times, "task")} were given; at most {Number(MostTasks)} can be spawned at once.";
        }
        foreach (var (index, text) in texts.Index())
        {
            var which = texts.Count == 1 ? "The task" : $"Task {Number(index + 1)}";
            if (!text.Any(char.IsLetterOrDigit))
            {
                return $"{which} describes no work: {(text.Trim().Length == 0 ? "it is empty" : "it contains no words")}.";
            }
            if (text.Length > LongestText)
            {
                return $"{which} has {Plural.Of(text.Length, "character")}; at most {Number(LongestText)} fit into a prompt.";
            }
        }
        return null;
    }

    /// <summary>Creates a plan's task from a task description.</summary>
    /// <param name="text">The task text, trimmed.</param>
    /// <param name="id">Id of the task.</param>
    public static PlanTask TaskOf(string text, string id)
    {
        var title = TitleOf(text);
        return new PlanTask
        {
            Id = id,
            Description = title,
            Prompt = title == text ? null : text,
            Parallel = true,
        };
    }

    private static string TitleOf(string text)
    {
        var title = text.Trim().ReplaceLineEndings("\n").Split('\n', 2)[0].TrimEnd();
        return title.Length <= LongestTitle ? title : title[..(LongestTitle - 1)] + "…";
    }

    private static string RequestOf(IReadOnlyList<string> texts, int times) =>
        (texts, times) switch
        {
            ([var only], 1) => only.Trim(),
            ([var only], _) => $"{Plural.Times(times)}: {only.Trim()}",
            (_, 1) => $"{Plural.Of(texts.Count, "task")} side by side: {string.Join("; ", texts.Select(TitleOf))}",
            _ => $"{Plural.Of(texts.Count, "task")} side by side, each {Plural.Times(times)}: {string.Join("; ", texts.Select(TitleOf))}",
        };

    /// <summary>
    /// Derives a task id from the words of a task description. Returns <c>task</c> if the words yield no valid id, for example because they
    /// have no Latin letters.
    /// </summary>
    private static string NameOf(string text)
    {
        var id = TaskId.Suggest(text.Length <= LongestText ? text : text[..LongestText]).ToLowerInvariant();
        if (id.Length > LongestId)
        {
            var end = id.LastIndexOf('-', LongestId);
            id = id[..(end > 0 ? end : LongestId)].Trim('-', '.', '_');
        }
        return TaskId.Fault(id) is null ? id : "task";
    }

    private static string Unused(string name, HashSet<string> used)
    {
        var id = name;
        for (var number = 2; !used.Add(id); number++)
        {
            id = $"{name}-{Number(number)}";
        }
        return id;
    }

    private static string Number(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
