using System.Globalization;
using Orchestrator.Processes;
using Orchestrator.Runs.Accounts;
using Orchestrator.TestKit;
using Orchestrator.Usage;
using Xunit;

namespace Orchestrator.Runs.Tests.Accounts;

/// <summary>Real processes that reserve and settle without a pause, and are killed at any moment.</summary>
public sealed class KilledWriterTests : IDisposable
{
    private const long Budget = 10_000_000;
    private static readonly string Scope = BudgetScopeNames.Run("repository", "run");
    private readonly TempFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public Task Writers_KilledAFewTimes_LeaveWholeLedgersThatHaveAllThatWasAcknowledged() => PlayAsync(kills: 5);

    [Fact]
    [Trait("Category", "Full")]
    public Task Writers_KilledManyTimes_LeaveWholeLedgersThatHaveAllThatWasAcknowledged() => PlayAsync(kills: 60);

    private async Task PlayAsync(int kills)
    {
        var seed =
            Environment.GetEnvironmentVariable("TEST_SEED") is { } set && int.TryParse(set, out var given) ? given : Environment.TickCount;
        var chance = new Random(seed);
        var logs = new List<string>();
        for (var i = 0; i < kills; i++)
        {
            var (one, other) = (await StartAsync($"a{i}", logs), await StartAsync($"b{i}", logs));
            var log = logs[^2];
            await Eventually.TrueAsync(() => File.ReadAllText(log) is var said && (said.Contains("settled") || said.Contains("used up")));
            await Task.Delay(chance.Next(0, 120));
            await KillAsync(one);
            Check(logs, seed);
            await Task.Delay(chance.Next(0, 60));
            await KillAsync(other);
            Check(logs, seed);
        }
        Assert.Contains(logs, log => File.ReadAllText(log).Contains("admitted", StringComparison.Ordinal));
    }

    private void Check(IEnumerable<string> logs, int seed)
    {
        // Another writer continues meanwhile: what was acknowledged before the ledgers are read is in them.
        var lines = logs.SelectMany(File.ReadAllLines).Select(line => line.Split(' ')).Where(parts => parts.Length == 3).ToList();
        var settled = lines.Where(parts => parts[0] == "settled").Sum(parts => long.Parse(parts[2], CultureInfo.InvariantCulture));
        var book = new LedgerStore(new Dictionary<string, string> { ["HOME"] = _home.Path }).Read();

        Assert.True(book.Ledgers.Count is 1 or 2, $"seed {seed}");
        var spent = book.SpentIn(Scope).Micros;
        Assert.True(spent >= settled, $"seed {seed}: {settled} were acknowledged, {spent} are known.");
        var known = spent + book.ReservedIn(Scope).Micros;
        Assert.True(known <= Budget, $"seed {seed}: {known} of {Budget} are given out.");
    }

    private async Task<ProcessIdentity> StartAsync(string name, List<string> logs)
    {
        var log = Path.Combine(_home.Path, $"{name}.log");
        logs.Add(log);
        return await new DetachedProcessStarter().StartAsync(
            new DetachedProcessOptions(RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent"), ["ledger", _home.Path, name])
            {
                WorkingDirectory = _home.Path,
                OutputFile = log,
                ErrorFile = log,
            }
        );
    }

    private static async Task KillAsync(ProcessIdentity process)
    {
        await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -KILL {process.ProcessId} 2>/dev/null || true"));
        await Eventually.TrueAsync(() => !process.IsAlive());
    }
}
