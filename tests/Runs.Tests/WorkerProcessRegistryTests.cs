using Orchestrator.App.Workers;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Records of the processes behind worker identities.</summary>
public class WorkerProcessRegistryTests
{
    private const string Worker = "orchestrate 0.1.0 on desk (7)";
    private static readonly string Boot = ProcessIdentity.CurrentBootId;
    private static readonly string Space = ProcessIdentity.CurrentNamespace;

    [Fact]
    public void IdentityOf_ThisProcess_NamesVersionHostAndProcess() =>
        Assert.Equal(
            $"orchestrate 0.1.0 on {Environment.MachineName} ({Environment.ProcessId})",
            WorkerProcessRegistry.IdentityOf("0.1.0")
        );

    [Fact]
    public void IsDead_ByTheRecord_IsAProcessThatIsCertainlyGone()
    {
        using var machine = new RecordedMachine();

        Assert.False(machine.Records.IsDead(Worker));
        machine.Record(Worker, $"{int.MaxValue} 1 {Boot}", "1");
        Assert.False(machine.Records.IsDead(Worker)); // In a container whose process ids mean nothing here.
        machine.Record(Worker, $"{int.MaxValue} 1 {Boot}", Space);
        Assert.True(machine.Records.IsDead(Worker));
        machine.Record(Worker, $"7 1 {Guid.NewGuid()}", "1");
        Assert.True(machine.Records.IsDead(Worker)); // Of an earlier boot.
        Assert.False(machine.Records.IsDead("orchestrate 0.1.0 on desk (8)"));
        Assert.False(machine.Records.IsDead("kim@laptop"));
    }

    [Fact]
    public void IsDead_IdentityThatALaterProcessHasToo_IsNot()
    {
        using var machine = new RecordedMachine();
        machine.Record(Worker, $"7 1 {Guid.NewGuid()}", "1");
        Assert.True(machine.Records.IsDead(Worker));

        machine.Records.Add(Worker);

        Assert.False(machine.Records.IsDead(Worker));
    }

    [Fact]
    public void IsTwin_UnknownWorkerOfThisMachine_IsOneThatPolledAfterTheBoot()
    {
        using var machine = new RecordedMachine();
        var booted = new DateTimeOffset(2026, 11, 25, 3, 0, 0, TimeSpan.Zero);

        Assert.True(machine.Records.IsTwin(Worker, booted.AddHours(1), booted));
        Assert.False(machine.Records.IsTwin(Worker, booted.AddMinutes(1), booted));
        Assert.False(machine.Records.IsTwin("kim@laptop", booted.AddHours(1), booted));
        machine.Record(Worker, $"7 1 {Guid.NewGuid()}", "1");
        Assert.False(machine.Records.IsTwin(Worker, booted.AddHours(1), booted));
    }

    private sealed class RecordedMachine : IDisposable
    {
        private readonly TempFolder _folder = new();
        private readonly Dictionary<string, string> _environment;

        public RecordedMachine()
        {
            _environment = new Dictionary<string, string> { ["XDG_STATE_HOME"] = _folder["state"], ["HOME"] = _folder["home"] };
            Records = new WorkerProcessRegistry(_environment);
        }

        public WorkerProcessRegistry Records { get; }

        public void Record(string identity, string process, string space)
        {
            var folder = Path.Combine(
                _folder["state"],
                "orchestrator",
                "machines",
                MachineIdentityCalculator.Find(_environment),
                "workers"
            );
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "7-1"), $"{identity}\n{process}\n{space}\n");
        }

        public void Dispose() => _folder.Dispose();
    }
}
