using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The packages of the client in a folder, and the webhook sample, built with them outside of this repository.</summary>
public sealed class PackedClient : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private readonly TempFolder _folder = new();

    /// <summary>Folder with the packages.</summary>
    public string Packages => _folder["webhook/packages"];

    /// <summary>The built sample, to be started by <c>dotnet</c>.</summary>
    public string Webhook => _folder["out/webhook.dll"];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var project = Directory.CreateDirectory(_folder["webhook"]).FullName;
        foreach (var file in (string[])["webhook.csproj", "nuget.config", "Program.cs"])
        {
            File.Copy(RepositoryFiles.Path($"samples/clients/webhook/{file}"), Path.Combine(project, file));
        }
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        await DotnetAsync(RepositoryFiles.Root, "pack", "src/Client/Client.slnf", "--no-build", "-c", configuration, "-o", Packages);
        // A folder of its own for what is restored, or the packages of an earlier build with the same version would be used.
        var known = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await DotnetAsync(
            project,
            [
                .. (string[])
                    ["build", "--use-current-runtime", "--no-self-contained", "-o", _folder["out"], "-p:UseSharedCompilation=false"],
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
            new ProcessCommand("dotnet", arguments)
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
