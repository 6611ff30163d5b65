using System.Diagnostics;
using Orchestrator.Processes;

namespace Orchestrator.TestKit;

/// <summary>The processes that a test has started: all that were given its home, wherever they went.</summary>
public static class TestProcesses
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Waits until nothing that was given this home works any more: what was started in the background still writes there while it is
    /// ending. What does not end is ended.
    /// </summary>
    /// <param name="home">The value of <c>HOME</c>, which no other test has.</param>
    /// <exception cref="InvalidOperationException">Something had to be ended: the test left it.</exception>
    public static void AwaitEnd(string home)
    {
        var begin = Stopwatch.GetTimestamp();
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
                );
            }

            Thread.Sleep(20);
        }
    }

    private static IReadOnlyList<ProcessInfo> Of(string home) =>
        [.. ProcessTable.FindByEnvironment("HOME", home).Where(process => !process.IsDead && process.ProcessId != Environment.ProcessId)];
}
