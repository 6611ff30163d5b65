using System.Globalization;
using Orchestrator.Benchmarks.Git;
using Orchestrator.Benchmarks.Page;
using Orchestrator.Benchmarks.Plans;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Runs;
using Orchestrator.Benchmarks.Server;
using Orchestrator.Benchmarks.Train;
using Orchestrator.Benchmarks.Usage;
using Orchestrator.Benchmarks.Verification;

return args switch
{
    ["plans"] => LargePlan.Run(),
    ["train"] => TrainBenchmark.Run(),
    ["governor"] => await GovernorBenchmark.RunAsync() | FairnessBenchmark.Run(),
    ["verification", .. var projects] => await VerificationBenchmark.RunAsync(projects),
    ["verification-notes", var path, var commits] => await VerificationBenchmark.NotesAsync(
        path,
        int.Parse(commits, CultureInfo.InvariantCulture)
    ),
    ["verification-cost", var program] => await VerificationCost.RunAsync(program),
    ["sandbox-start"] => await SandboxStart.RunAsync(),
    ["network", var program] => await NetworkBenchmark.RunAsync(program),
    ["git-merge"] => await MergeToStaging.RunAsync(),
    ["git-losses"] => await LossesOfStaging.RunAsync(),
    ["git-worktree"] => await WorktreeFromPool.RunAsync(),
    ["start-up", var program] => await RunBenchmarks.StartUpAsync(program),
    ["whole-run", var program] => await RunBenchmarks.WholeRunAsync(program),
    ["resume", var program] => await RunBenchmarks.ResumeAsync(program),
    ["run-history", var program] => await RunHistory.RunAsync(program),
    ["idle", var program] => await RunBenchmarks.IdleAsync(program),
    ["runs-slope", var program] => await ManyTasks.SlopeAsync(program),
    ["runs-queue", var program] => await ManyTasks.QueueAsync(program, 1000),
    ["queue", var program] => await ManyTasks.LanesAsync(program),
    ["runs-train", var program] => await ManyTasks.TrainAsync(program, 1000),
    ["runs-train", var program, var tasks] => await ManyTasks.TrainAsync(program, int.Parse(tasks, CultureInfo.InvariantCulture)),
    ["sandbox-builds", var program] => await SandboxBuilds.RunAsync(program),
    ["warm-builds", var program, .. var names] => await WarmBuilds.RunAsync(program, names),
    ["runs-helpers", var program] => await ManyTasks.HelpersAsync(program),
    ["page", var program] => await PageBenchmark.RunAsync(program, 120),
    ["page", var program, var idle] => await PageBenchmark.RunAsync(program, int.Parse(idle, CultureInfo.InvariantCulture)),
    ["page-log", var program] => await PageBenchmark.LogAsync(program),
    ["page-idle", var program] => await PageBenchmark.IdleAsync(program, 600),
    ["page-idle", var program, var seconds] => await PageBenchmark.IdleAsync(program, int.Parse(seconds, CultureInfo.InvariantCulture)),
    ["server-start-up", var program] => await ServerBenchmarks.StartUpAsync(program),
    ["server-start-rpc", var program] => await ServerBenchmarks.StartRpcAsync(program),
    ["server-load", var program] => await ServerBenchmarks.LoadAsync(program),
    ["server-pending", var program] => await RunSizeBenchmarks.PendingAsync(program),
    ["server-history", var program] => await RunSizeBenchmarks.HistoryAsync(program),
    _ => SayUsage(),
};

static int SayUsage()
{
    Console.Error.WriteLine(
        "Which benchmark? plans, train, governor, sandbox-start, verification, git-merge, git-losses, git-worktree; "
            + "start-up, whole-run, run-history, resume, idle, runs-slope, runs-queue, queue, runs-train, runs-helpers, warm-builds, "
            + "sandbox-builds, verification-cost, network, page, page-log, page-idle, "
            + "server-start-up, server-start-rpc, server-load, server-pending or server-history, with the path of the built command"
    );
    return 2;
}
