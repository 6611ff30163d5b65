using System.Diagnostics;
using System.Globalization;
using Orchestrator.Processes;
using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.Benchmarks.Usage;

/// <summary>
/// Measures the governor's cost per agent start, namely admission and settlement on the disk. 30 agents work over 5 accounts, as many wait,
/// and 60 runs have spent money. CPU time of this process; the limit is 2 ms for both together.
/// </summary>
internal static class GovernorBenchmark
{
    private const int Accounts = 5;
    private const int Agents = 30;
    private const int OldTasks = 60;
    private const int Rounds = 400;
    private const double BarMilliseconds = 2;

    public static async Task<int> RunAsync()
    {
        var home = Directory.CreateTempSubdirectory("governor-benchmark-");
        try
        {
            var ledgers = new LedgerStore(new Dictionary<string, string> { ["HOME"] = home.FullName });
            for (var i = 0; i < OldTasks; i++)
            {
                await AdmitAsync(ledgers, $"old{i}");
                await SettleAsync(ledgers, $"old{i}");
            }
            for (var i = 0; i < Agents; i++)
            {
                await AdmitAsync(ledgers, $"at-work{i}");
                await AdmitAsync(ledgers, $"waits{i}", slots: 1);
            }
            await RoundAsync(ledgers, Rounds / 2);
            using var process = Process.GetCurrentProcess();
            var began = process.TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            await RoundAsync(ledgers, Rounds);
            watch.Stop();
            process.Refresh();
            var cpu = (process.TotalProcessorTime - began).TotalMilliseconds / Rounds;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| governor per agent start (`governor`): admitted and settled, 30 agents over 5 accounts | | {cpu:0.00} ms CPU, "
                        + $"{watch.Elapsed.TotalMilliseconds / Rounds:0.0} ms | | {BarMilliseconds} ms CPU |"
                )
            );
            return cpu <= BarMilliseconds ? 0 : 1;
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static async Task RoundAsync(LedgerStore ledgers, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            await AdmitAsync(ledgers, $"new{i}");
            await SettleAsync(ledgers, $"new{i}");
        }
    }

    private static string AccountOf(string task) =>
        $"account{int.Parse(new string([.. task.Where(char.IsAsciiDigit)]), CultureInfo.InvariantCulture) % Accounts}";

    private static Task<AgentAdmissionDecision> AdmitAsync(LedgerStore ledgers, string task, int? slots = null) =>
        ledgers.ChangeAsync(book => AgentStartAdmitter.Admit(book, RequestOf(task, slots), DateTimeOffset.UtcNow), CancellationToken.None);

    private static Task<AgentRunAccountReservation?> SettleAsync(LedgerStore ledgers, string task) =>
        ledgers.ChangeAsync(
            book =>
                AgentStartAdmitter.SettleReservation(
                    book,
                    AccountOf(task),
                    RequestOf(task, null).Id,
                    new MoneyAndTokenAmount(12_345, 100_000),
                    [],
                    DateTimeOffset.UtcNow
                ),
            CancellationToken.None
        );

    private static AgentStartRequest RequestOf(string task, int? slots)
    {
        var run = $"run{task.Length % 3}";
        return new AgentStartRequest
        {
            Id = $"repository/{run}/{task}/1",
            Account = AccountOf(task),
            Repository = "repository",
            Run = run,
            Task = task,
            Attempt = 1,
            Model = "claude-opus-4-8",
            Holder = new AgentRunReservationHolderProcess("host", ProcessIdentity.Current.ToString()),
            Slots = slots,
            Share = 3,
            Caps =
            [
                new BudgetCap(BudgetCapKind.Task, BudgetScopeNames.Task("repository", run, task), 5_000_000),
                new BudgetCap(BudgetCapKind.Run, BudgetScopeNames.Run("repository", run), 1_000_000_000),
                new BudgetCap(BudgetCapKind.Day, BudgetScopeNames.Day(new DateOnly(2026, 11, 25)), 2_000_000_000),
            ],
        };
    }
}
