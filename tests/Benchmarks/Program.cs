using Orchestrator.Benchmarks.Git;
using Orchestrator.Benchmarks.Plans;
using Orchestrator.Benchmarks.Runs;

return args switch
{
    ["plans"] => LargePlan.Run(),
    ["git-merge"] => await MergeToStaging.RunAsync(),
    ["git-worktree"] => await WorktreeFromPool.RunAsync(),
    ["start-up", var program] => await RunBenchmarks.StartUpAsync(program),
    ["whole-run", var program] => await RunBenchmarks.WholeRunAsync(program),
    ["resume", var program] => await RunBenchmarks.ResumeAsync(program),
    ["idle", var program] => await RunBenchmarks.IdleAsync(program),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Which benchmark? plans, git-merge, git-worktree; start-up, whole-run, resume or idle, with the path of the built command");
    return 2;
}
