namespace Orchestrator.Processes.Tests;

/// <summary>Children for tests: small shell scripts, so that each test shows what its child does.</summary>
internal static class Shell
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal static ChildProcessOptions Script(string script, params string[] arguments) =>
        new("/bin/sh", ["-c", script, "sh", .. arguments]) { Timeout = Patience };

    internal static ProcessOutputTargets Lines(Action<string> onLine) =>
        new()
        {
            CaptureLimit = 0,
            OnLine = (line, _) =>
            {
                onLine(line.Text);
                return ValueTask.CompletedTask;
            },
        };

    internal static async Task WaitUntilAsync(Func<bool> fact, string what, TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        while (!fact())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited in vain until {what}.");
            await Task.Delay(10);
        }
    }

    internal static async Task<string> ReadWhenWrittenAsync(string path)
    {
        await WaitUntilAsync(() => File.Exists(path) && File.ReadAllText(path).EndsWith('\n'), $"{path} was written");
        return (await File.ReadAllTextAsync(path)).Trim();
    }
}

/// <summary>A folder that is gone with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("processes-test-").FullName;

    internal string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
