using Orchestrator.TestKit;

namespace Orchestrator.Processes.Tests;

public sealed class SignalTests
{
    [Fact]
    public async Task Stop_ProcessOfAnotherUser_IsLeftAloneAndClearsUpTheRest()
    {
        var stopper = new ProcessStopper();
        using var others = OtherUser.IsPossible
            ? System.Diagnostics.Process.Start("sleep", "600")
            : System.Diagnostics.Process.GetProcessById(1);
        try
        {
            IReadOnlyList<ProcessTableRow> Find() => ProcessTable.All().Where(process => process.ProcessId == others.Id).ToList();

            // Signals are sent by the thread that begins; what waits afterwards sends none to what was left alone.
            Func<Task<int>> stop = () =>
                stopper.StopAsync(Find, PosixStopSignal.Terminate, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));
            var stopped = await (OtherUser.IsPossible ? OtherUser.Do(stop) : stop());

            Assert.Equal(1, stopped);
            Assert.NotNull(ProcessIdentity.Of(others.Id));
        }
        finally
        {
            if (OtherUser.IsPossible)
            {
                others.Kill();
            }
        }
    }

    [Fact]
    public void Send_ProcessWhoseIdIsAnothersByNow_HitsNobody()
    {
        using var living = System.Diagnostics.Process.Start("sleep", "600");
        try
        {
            var before = ProcessIdentity.Of(living.Id)!;

            var result = ProcessSignals.Send(before with { StartTime = before.StartTime - 1 }, ProcessSignals.Kill);

            Assert.Equal(ProcessSignalResult.Gone, result);
            Assert.True(before.IsAlive());
            Assert.Equal(ProcessSignalResult.Sent, ProcessSignals.Send(before, ProcessSignals.Continue));
        }
        finally
        {
            living.Kill();
        }
    }
}
