using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The packages of the libraries in a folder, and the samples that are built with them outside of this repository.</summary>
public sealed class PackedLibraries : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private readonly TempFolder _folder = new();

    /// <summary>Folder with the packages.</summary>
    public string Packages => _folder["packages"];

    /// <summary>The built sample of a service, to be started by <c>dotnet</c>.</summary>
    public string Webhook => _folder["webhook/out/webhook.dll"];

    /// <summary>The built sample of a worker, to be started by <c>dotnet</c>.</summary>
    public string Worker => _folder["worker/out/worker.dll"];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        await DotnetAsync(RepositoryFiles.Root, "pack", "src/Libraries.slnf", "--no-build", "-c", configuration, "-o", Packages);
        await BuildAsync("samples/clients/webhook");
        await BuildAsync("samples/worker");
    }

    private async Task BuildAsync(string sample)
    {
        var project = Directory.CreateDirectory(_folder[Path.GetFileName(sample)]).FullName;
        foreach (var file in Directory.EnumerateFiles(RepositoryFiles.Path(sample)))
        {
            File.Copy(file, Path.Combine(project, Path.GetFileName(file)));
        }
        Directory.CreateSymbolicLink(Path.Combine(project, "packages"), Packages);
        // A folder of its own for what is restored, or the packages of an earlier build with the same version would be used.
        var known = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await DotnetAsync(
            project,
            [
                .. (string[])["build", "--use-current-runtime", "--no-self-contained", "-o", "out", "-p:UseSharedCompilation=false"],
                .. Directory.Exists(known) ? (string[])[$"-p:RestoreFallbackFolders={known}"] : [],
            ]
        );
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private async Task DotnetAsync(string folder, params string[] arguments)
    {
        var result = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("dotnet", arguments)
            {
                WorkingDirectory = folder,
                Environment = new Dictionary<string, string?>
                {
                    ["NUGET_PACKAGES"] = arguments[0] == "build" ? _folder["nuget"] : null,
                    ["MSBUILDDISABLENODEREUSE"] = "1",
                    ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                },
                Timeout = Limit,
            }
        );
        var output = $"{result.StandardOutput.Text}\n{result.StandardError.Text}";
        Assert.True(result.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}:\n{output}");
    }
}
