using System.Diagnostics;
using Orchestrator.Conformance.Archives;
using Orchestrator.Conformance.Scenarios;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Conformance;

/// <summary>
/// The original runners (node) against the embedded server: a second opinion on the runner here, and the official worker and clients live.
/// </summary>
[Trait("Category", "Full")]
public sealed class OriginalRunnerTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    [Fact]
    public async Task Server_OriginalRunner_Passes()
    {
        var scenarios = ScenarioLibrary.All.Where(scenario => !AllowedExceptions.Covers(scenario.Name));
        foreach (var group in scenarios.GroupBy(RecordedSettings.Of))
        {
            await RunAsync(group.Key, "server", "run.mjs", ["run", .. group.SelectMany(scenario => (string[])["--only", scenario.Name])]);
        }
    }

    [Fact]
    public Task Workflows_OfficialWorkerAndClient_GiveTheRecordedHistories() => RunAsync("", "workflows", "run.mjs", "run");

    [Theory]
    [InlineData("cli")]
    [InlineData("web-ui")]
    [InlineData("sdk")]
    [InlineData("sessions")]
    public Task Clients_RecordedCalls_AreServedAsRecorded(string kind)
    {
        var recordings = RecordingArchive
            .Read("clients")
            .Select(file => file.Path)
            .Where(path =>
                path.StartsWith(kind + "/", StringComparison.Ordinal)
                && path.EndsWith(".json", StringComparison.Ordinal)
                && !AllowedExceptions.Clients.ContainsKey(path[..^".json".Length])
            );
        return RunAsync("", "clients", "replay.mjs", ["--kind", kind, .. recordings.SelectMany(path => (string[])["--only", path])]);
    }

    private async Task RunAsync(string settings, string suite, string program, params string[] arguments)
    {
        var runners = FindRunners();
        Assert.True(
            Directory.Exists(Path.Combine(runners, "node_modules")),
            $"the runners' packages are missing: npm --prefix {runners} install"
        );
        var recordings = Directory.CreateTempSubdirectory("conformance");
        try
        {
            RecordingArchive.Unpack(suite, recordings.FullName);
            await using var target = await ConformanceTarget.StartAsync(settings);
            var exitCode = await NodeAsync(
                Path.Combine(runners, suite),
                [program, .. arguments, "--address", target.Address, "--suite", Path.Combine(recordings.FullName, suite)]
            );
            Assert.Equal(0, exitCode);
        }
        finally
        {
            recordings.Delete(recursive: true);
        }
    }

    private async Task<int> NodeAsync(string directory, IEnumerable<string> arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("node", arguments)
            {
                WorkingDirectory = directory,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.OutputDataReceived += Write;
        process.ErrorDataReceived += Write;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        return process.ExitCode;

        void Write(object sender, DataReceivedEventArgs line)
        {
            if (
                line.Data is { } text
                && !text.StartsWith("pass ", StringComparison.Ordinal)
                && !text.StartsWith("ok ", StringComparison.Ordinal)
            )
            {
                output.WriteLine(text);
            }
        }
    }

    // The runners are files of the repository; the tests run from its output folders.
    private static string FindRunners()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var runners = Path.Combine(directory.FullName, "tests", "Conformance");
            if (Directory.Exists(Path.Combine(runners, "clients")))
            {
                return runners;
            }
        }

        throw new DirectoryNotFoundException($"tests/Conformance was not found above {AppContext.BaseDirectory}");
    }
}
