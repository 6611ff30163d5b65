namespace Orchestrator.Dashboard.Pages;

/// <summary>Addresses of the pages. They stay: people keep and send them.</summary>
internal static class Links
{
    /// <summary>A run.</summary>
    public static string Run(RepositoryEntry repository, string run) => $"/r/{repository.Id}/{Uri.EscapeDataString(run)}";

    /// <summary>A task of a run.</summary>
    public static string Task(RepositoryEntry repository, string run, string task) =>
        $"{Run(repository, run)}/tasks/{Uri.EscapeDataString(task)}";

    /// <summary>The address of the page with what a task's agent said and did.</summary>
    public static string Log(RepositoryEntry repository, string run, string task) => Task(repository, run, task) + "/log";

    /// <summary>The place where a line of code comes from.</summary>
    public static string Proof(RepositoryEntry repository, string file, int line, string revision) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"/proof?repository={repository.Id}&place={Uri.EscapeDataString(file)}:{line}&revision={Uri.EscapeDataString(revision)}"
        );

    /// <summary>The address that a form about a run is sent to.</summary>
    public static string Act(RepositoryEntry repository, string run) => Run(repository, run) + "/act";

    /// <summary>The events of a run, or of all.</summary>
    public static string Events(RepositoryEntry? repository = null, string? run = null) =>
        repository is null || run is null ? "/changes" : $"/changes?repository={repository.Id}&run={Uri.EscapeDataString(run)}";
}
