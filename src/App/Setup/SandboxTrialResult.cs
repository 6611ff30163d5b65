using Orchestrator.Gates;
using Orchestrator.Gates.Packages;
using Orchestrator.Runs.Sandboxing;

namespace Orchestrator.App.Setup;

/// <summary>Result of starting a trial program in the sandbox of gates. The trial leaves no files.</summary>
/// <param name="Problem">Reason why the program did not run. Empty if it ran.</param>
/// <param name="IsFiltered">True if the kernel applied the filter of system calls to it.</param>
/// <param name="Closed">Download folders of package managers to which the program could not write.</param>
internal sealed record SandboxTrialResult(string Problem, bool IsFiltered, IReadOnlyList<string> Closed)
{
    // proc_pid_status(5): 2 stands for a filter. A container may have one of its own, so that filters are counted where the kernel does.
    private const string Attempt = """
        while read -r name value; do
          case $name in Seccomp:) mode=$value ;; Seccomp_filters:) count=$value ;; esac
        done </proc/self/status
        echo "${mode-} ${count-}"
        for folder; do
          file=$folder/.orchestrate-check-$$
          { mkdir -p "$folder" && echo >"$file" && rm "$file"; } 2>/dev/null || echo "$folder"
        done
        """;

    /// <summary>Starts the trial program and returns the result.</summary>
    /// <param name="bubblewrap">Absolute path of bubblewrap.</param>
    /// <param name="canOverlay">True if overlays work on this machine.</param>
    /// <param name="repository">Absolute path of the repository's main checkout.</param>
    public static async Task<SandboxTrialResult> StartAsync(
        string bubblewrap,
        bool canOverlay,
        PermissionSettings permissions,
        string repository,
        RunServiceBundle services
    )
    {
        var own = Path.Combine(UserStateFolder.MakeFolder(services.Environment), $".try-downloads-{Guid.NewGuid():N}");
        try
        {
            var rules = new SandboxBuilder(bubblewrap, services.Environment, permissions, repository);
            var sandbox = rules.WithDownloads(
                rules.Common(),
                new WorktreeSharedFolderOverlayStore(own),
                SandboxedProgramKind.Gate,
                canOverlay
            );
            var used = PackageDownloadFolders
                .Of(services.Environment)
                .Where(download =>
                    download.NamedAt(download.Path) is not var (name, value) || sandbox.Variables.GetValueOrDefault(name, value) == value
                );
            var tried = await new ProcessRunner().RunAsync(
                new ChildProcessOptions("/bin/sh", ["-c", Attempt, "sh", .. used.Select(download => download.Path)])
                {
                    WorkingDirectory = "/",
                    Sandbox = sandbox,
                    Timeout = TimeSpan.FromSeconds(30),
                }
            );
            return
                tried.Succeeded
                && tried.StandardOutput.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [var filter, .. var closed]
                ? new SandboxTrialResult("", IsApplied(filter.Split(' ')), closed)
                : new SandboxTrialResult(
                    $"A test program did not run in the sandbox (exit code {tried.ExitCode}: {tried.StandardError.Text.Trim()}).",
                    false,
                    []
                );
        }
        finally
        {
            FolderRemover.Remove(own);
        }
    }

    private static bool IsApplied(string[] inside) => inside is ["2", var count] && (count.Length == 0 || count != FiltersOutside());

    private static string? FiltersOutside() =>
        File.ReadLines("/proc/self/status")
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .FirstOrDefault(words => words[0] == "Seccomp_filters")
            ?[1];
}
