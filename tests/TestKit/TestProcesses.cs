using System.Diagnostics;
using Orchestrator.Processes;

namespace Orchestrator.TestKit;

/// <summary>Finds and ends the processes that a test has started. They are identified by the value of <c>HOME</c>, which child processes
/// inherit.</summary>
public static class TestProcesses
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // A failed test leaves processes too, and an exception from its disposal would hide the cause. So the last exception is reported with
    // it.
    private static readonly AsyncLocal<Exception?> LastThrown = new();

    static TestProcesses() => AppDomain.CurrentDomain.FirstChanceException += (_, thrown) => LastThrown.Value = thrown.Exception;

    /// <summary>Starts recording exceptions of the calling test, so that leftover processes are reported with their cause.</summary>
    public static void Watch() => LastThrown.Value = null;

    /// <summary>
    /// Waits until all processes with this home have ended, because background processes still write there while they end. Processes that
    /// do not end are killed.
    /// </summary>
    /// <param name="home">Value of <c>HOME</c>, which no other test has.</param>
    /// <exception cref="InvalidOperationException">The test left a process that had to be killed.</exception>
    public static void AwaitEnd(string home)
    {
        var (begin, cause) = (Stopwatch.GetTimestamp(), LastThrown.Value);
        EndProxies(home);
        while (Of(home) is { Count: > 0 } left)
        {
            if (Stopwatch.GetElapsedTime(begin) > Patience)
            {
                new ProcessStopper()
                    .StopByEnvironmentAsync("HOME", home, PosixStopSignal.Terminate, TimeSpan.Zero, Patience)
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

    /// <summary>Ends proxies of sandboxes. A proxy serves all runs of a user and waits a minute for the next one.</summary>
    private static void EndProxies(string home)
    {
        foreach (var process in Of(home).Where(process => CommandOf(process).Contains("network-proxy", StringComparison.Ordinal)))
        {
            new ProcessStopper()
                .StopAsync(
                    () => [.. Of(home).Where(other => other.ProcessId == process.ProcessId)],
                    PosixStopSignal.Terminate,
                    Patience,
                    Patience
                )
                .GetAwaiter()
                .GetResult();
        }
    }

    private static string CommandOf(ProcessTableRow process)
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

    private static IReadOnlyList<ProcessTableRow> Of(string home) =>
        [.. ProcessTable.FindByEnvironment("HOME", home).Where(process => !process.IsDead && process.ProcessId != Environment.ProcessId)];
}
