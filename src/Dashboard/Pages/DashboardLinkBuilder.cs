namespace Orchestrator.Dashboard.Pages;

/// <summary>Builds addresses of the pages. The addresses are stable, because users bookmark and share them.</summary>
internal static class DashboardLinkBuilder
{
    /// <summary>Returns the address of a run.</summary>
    public static string Run(DashboardRepositoryReference repository, string run) => $"/r/{repository.Id}/{Uri.EscapeDataString(run)}";

    /// <summary>Returns the address of a task.</summary>
    public static string Task(DashboardRepositoryReference repository, string run, string task) =>
        $"{Run(repository, run)}/tasks/{Uri.EscapeDataString(task)}";

    /// <summary>Returns the address of a task's agent log.</summary>
    public static string Log(DashboardRepositoryReference repository, string run, string task) => Task(repository, run, task) + "/log";

    /// <summary>Returns the address of a gate's log.</summary>
    public static string GateLog(DashboardRepositoryReference repository, string run, string gate) =>
        $"{Run(repository, run)}/gates/{Uri.EscapeDataString(gate)}/log";

    /// <summary>Returns the address of the page that shows the origin of a line of code.</summary>
    public static string Proof(DashboardRepositoryReference repository, string file, int line, string revision) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"/proof?repository={repository.Id}&place={Uri.EscapeDataString(file)}:{line}&revision={Uri.EscapeDataString(revision)}"
        );

    /// <summary>Returns the address that receives the forms of a run.</summary>
    public static string RunForm(DashboardRepositoryReference repository, string run) => Run(repository, run) + "/act";

    /// <summary>Returns the address of the event stream of a run, a repository or all runs.</summary>
    public static string Events(DashboardRepositoryReference? repository = null, string? run = null) =>
        repository is null || run is null ? "/changes" : $"/changes?repository={repository.Id}&run={Uri.EscapeDataString(run)}";
}
