using System.Diagnostics;
using Orchestrator.Processes;

namespace Orchestrator.TestKit;

/// <summary>The processes that a test has started: all that were given its home, wherever they went.</summary>
public static class TestProcesses
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // A test that fails leaves processes too, and what is thrown while it is disposed of hides why it failed.
    private static readonly AsyncLocal<Exception?> LastThrown = new();

    static TestProcesses() => AppDomain.CurrentDomain.FirstChanceException += (_, thrown) => LastThrown.Value = thrown.Exception;

    /// <summary>From here on, what the calling test throws is told with what it leaves.</summary>
    public static void Watch() => LastThrown.Value = null;

    /// <summary>
    /// Waits until nothing that was given this home works any more: what was started in the background still writes there while it is
    /// ending. What does not end is ended.
    /// </summary>
    /// <param name="home">The value of <c>HOME</c>, which no other test has.</param>
    /// <exception cref="InvalidOperationException">Something had to be ended: the test left it.</exception>
    public static void AwaitEnd(string home)
    {
        var (begin, cause) = (Stopwatch.GetTimestamp(), LastThrown.Value);
        EndProxies(home);
        while (Of(home) is { Count: > 0 } left)
        {
            if (Stopwatch.GetElapsedTime(begin) > Patience)
            {
                new ProcessStopper()
                    .StopByEnvironmentAsync("HOME", home, StopSignal.Terminate, TimeSpan.Zero, Patience)
                    .GetAwaiter()
                    .GetResult();
                throw new InvalidOperationException(
                    $"The test left {string.Join(", ", left.Select(process => $"{process.Name} ({process.ProcessId})"))} at work."
                        + (cause is null ? "" : $" What it threw last: {cause}"),
                    cause
                );
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>The proxy of sandboxes serves all runs of a user, and waits a minute for the next one.</summary>
    private static void EndProxies(string home)
    {
        foreach (var process in Of(home).Where(process => CommandOf(process).Contains("network-proxy", StringComparison.Ordinal)))
        {
            new ProcessStopper()
                .StopAsync(
                    () => [.. Of(home).Where(other => other.ProcessId == process.ProcessId)],
                    StopSignal.Terminate,
                    Patience,
                    Patience
                )
                .GetAwaiter()
                .GetResult();
        }
    }

    private static string CommandOf(ProcessInfo process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.ProcessId}/cmdline");
        }
        catch (IOException)
        {
            return ""; // It has ended meanwhile.
        }
    }

    private static IReadOnlyList<ProcessInfo> Of(string home) =>
        [.. ProcessTable.FindByEnvironment("HOME", home).Where(process => !process.IsDead && process.ProcessId != Environment.ProcessId)];
}
