namespace Orchestrator.Dashboard.Views;

/// <summary>Builds the title of the browser tab, which shows the state of a run.</summary>
internal static class BrowserTabTitle
{
    /// <summary>Returns a symbol for the state, followed by the progress and the title.</summary>
    public static string Of(RunStatus run)
    {
        var counts = run.Counts ?? RunTaskCounts.Of(run);
        var mark =
            run.Questions.Count > 0 ? "?"
            : RunStateNames.IsFinal(run.State)
                ? run.State == RunStateNames.Completed ? "✓"
                    : "✕"
            : "●";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{mark} {counts.Merged + counts.Kept}/{counts.Asked} {(run.Title.Length > 0 ? run.Title : run.RunId)}"
        );
    }
}
