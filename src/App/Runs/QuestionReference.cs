namespace Orchestrator.App.Runs;

/// <summary>Finds the question to which a user's text refers, and the run that asks it.</summary>
public static class QuestionReference
{
    /// <summary>Finds the run and the id of the question.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="text"><c>RUN/TASK</c>, <c>RUN/plan</c>, a run that asks one question, or a question of the only open run. Null for the
    /// only question.</param>
    /// <exception cref="UseCaseException">No question or more than one fits.</exception>
    public static (StoredRun Run, string Id) Require(LocalRepositoryPaths repository, string? text)
    {
        var given = RunReference.Parse(text);
        if (text is null || text.Contains('/', StringComparison.Ordinal))
        {
            var named = StoredRunFinder.RequireOpen(repository, given.Run);
            return (named, given.Task is { } task ? Find(task, named) : OnlyQuestion(named));
        }
        // If only one run is open, a word stands for one of its questions, unless it is the name of that run.
        if (StoredRunFinder.Open(repository) is [var only] && (text == RunQuestion.Plan || !Names(only, text)))
        {
            return (StoredRunFinder.RequireOriginalPath(repository, only), Find(text, only));
        }
        if (text == RunQuestion.Plan)
        {
            return (StoredRunFinder.RequireOpen(repository, null), text);
        }
        var (run, found) = RunReference.RequireOpen(repository, text);
        return (run, found.Task is { } one ? Find(one, run) : OnlyQuestion(run));
    }

    // The id of a task may also be a word of the run's title.
    private static bool Names(StoredRun run, string text) =>
        RunNameResolver.FindById([run], text).Count > 0
        || (
            RunNameResolver.Find([run], text).Count > 0
            && !run.Status.Tasks.Any(task => task.Id.StartsWith(text, StringComparison.OrdinalIgnoreCase))
        );

    private static string OnlyQuestion(StoredRun run) =>
        run.Status.Questions is [var only]
            ? only.Id
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                run.Status.Questions.Count == 0
                    ? $"{run.Id} currently has no open question."
                    : $"{run.Id} asks about {string.Join(", ", run.Status.Questions.Select(question => question.Id))}.",
                $"See 'orchestrate status {run.Id}'."
            );

    // The workflow decides whether the question exists, because it may already be answered or may be asked later.
    private static string Find(string given, StoredRun run)
    {
        if (RunStateNames.IsFinal(run.Status.State))
        {
            return given;
        }
        string[] open = [.. run.Status.Questions.Select(question => question.Id)];
        return open.Any(id => id.StartsWith(given, StringComparison.OrdinalIgnoreCase))
            ? UniquePrefix.Find(given, open, $"open question of {run.Id}")
            : UniquePrefix.Find(given, [.. run.Status.Tasks.Select(task => task.Id), RunQuestion.Plan], $"question or task of {run.Id}");
    }
}
