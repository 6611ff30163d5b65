using Orchestrator.Gates;
using Orchestrator.Packages;
using Orchestrator.Sandboxing;
using Orchestrator.Settings;

namespace Orchestrator.Machine.Setup;

/// <summary>Checks that confined programs can write to each download folder of package managers. Leaves no files behind.</summary>
internal static class DownloadCheck
{
    private const string Attempt = """
        for folder; do
          file=$folder/.orchestrate-check-$$
          { mkdir -p "$folder" && echo >"$file" && rm "$file"; } 2>/dev/null || echo "$folder"
        done
        """;

    /// <summary>Returns the folders that are not writable.</summary>
    /// <param name="bubblewrap">Absolute path of bubblewrap.</param>
    /// <param name="canOverlay">True if overlays work on this machine.</param>
    /// <param name="repository">Absolute path of the repository's main checkout.</param>
    public static async Task<IReadOnlyList<string>> FindClosedAsync(
        string bubblewrap,
        bool canOverlay,
        PermissionSettings permissions,
        string repository,
        RunServices services
    )
    {
        var own = Path.Combine(UserState.MakeFolder(services.Environment), $".try-downloads-{Guid.NewGuid():N}");
        try
        {
            var rules = new SandboxBuilder(bubblewrap, services.Environment, permissions, repository);
            var sandbox = rules.WithDownloads(rules.Common(), new PrivateLayers(own), SandboxRole.Gate, canOverlay);
            var used = DownloadFolders
                .Of(services.Environment)
                .Where(download =>
                    download.NamedAt(download.Path) is not var (name, value) || sandbox.Variables.GetValueOrDefault(name, value) == value
                );
            var tried = await new ProcessRunner().RunAsync(
                new ProcessCommand("/bin/sh", ["-c", Attempt, "sh", .. used.Select(download => download.Path)])
                {
                    WorkingDirectory = "/",
                    Sandbox = sandbox,
                    Timeout = TimeSpan.FromSeconds(30),
                }
            );
            return tried.StandardOutput.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            FolderRemover.Remove(own);
        }
    }
}
