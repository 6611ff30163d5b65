namespace Orchestrator.App.Starting;

/// <summary>
/// Distinguishes the text of a request from the name of a file. A mistyped file name must not become a request that costs money.
/// </summary>
public static class RequestOrFileNameClassifier
{
    /// <summary>
    /// True if the text is a request. It must consist of several words, must not be the name of an existing file, and must not look like a
    /// file name.
    /// </summary>
    public static bool IsRequest(string? given, UseCaseServiceBundle context) =>
        given is not null
        && given.Trim().Contains(' ', StringComparison.Ordinal)
        && !PlanFileName.IsPlan(given.Trim())
        && !File.Exists(context.FullPath(given));

    /// <summary>Returns the text of a request. Throws if the text is not a request.</summary>
    /// <exception cref="UseCaseException">The text is not a request.</exception>
    public static string Require(string given, UseCaseServiceBundle context)
    {
        if (IsRequest(given, context))
        {
            return given.Trim();
        }
        throw File.Exists(context.FullPath(given)) || PlanFileName.IsPlan(given)
            ? new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{given}' is the name of a file, not a request in words.",
                $"To make a plan from a document, use 'orchestrate plan --prd {given}'. To check a plan, use 'validate'; to run it, "
                    + "use 'run'."
            )
            : new UseCaseException(UseCaseOutcome.Usage, $"'{given}' is not a request.", "Describe the work in several words, in quotes.");
    }

    /// <summary>
    /// Returns the path of a file in the form that runs use: relative to the work tree if the file is inside it, and otherwise the full
    /// path.
    /// </summary>
    public static string InRepository(LocalRepositoryPaths repository, string fullPath)
    {
        var relative = Path.GetRelativePath(repository.WorkTree, fullPath);
        return relative.StartsWith("..", StringComparison.Ordinal) ? fullPath : relative;
    }
}
