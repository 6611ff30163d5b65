using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.TestKit;

namespace Orchestrator.Temporal.Sdk.Tests.Peers;

/// <summary>A process with workers of the official TypeScript SDK for the scripted workflows.</summary>
internal sealed class TypeScriptWorkers : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _asked = new(StringComparer.Ordinal);

    private TypeScriptWorkers(Process process)
    {
        _process = process;
        _asked["ready"] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _reading = ReadAsync();
    }

    public static async Task<TypeScriptWorkers> StartAsync(string address)
    {
        var folder = RepositoryFiles.Path("tests/Conformance");
        Assert.True(
            Directory.Exists(Path.Combine(folder, "node_modules")),
            "The official SDK is not there: npm --prefix tests/Conformance install"
        );
        var workers = new TypeScriptWorkers(
            Process.Start(
                new ProcessStartInfo("node", [Path.Combine(folder, "handover", "handover.mjs"), address])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                }
            )!
        );
        await workers._asked["ready"].Task.WaitAsync(Eventually.Limit);
        return workers;
    }

    /// <summary>Starts a worker on a queue.</summary>
    public Task StartWorkerAsync(string queue) => AskAsync($"start {queue}");

    /// <summary>Stops it and waits until it has stopped.</summary>
    public Task StopWorkerAsync(string queue) => AskAsync($"stop {queue}");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(Eventually.Timeout());
        await _reading;
        _process.Dispose();
    }

    private async Task AskAsync(string line)
    {
        var done = _asked[line] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_writing)
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }

        await done.Task.WaitAsync(Eventually.Limit);
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var failed = line.IndexOf(" failed: ", StringComparison.Ordinal);
            var asked = failed < 0 ? line : line[..failed];
            if (_asked.TryGetValue(asked, out var done))
            {
                _ = failed < 0 ? done.TrySetResult() : done.TrySetException(new InvalidOperationException(line));
            }
        }
    }
}
