using Orchestrator.Benchmarks.Git;
using Orchestrator.Benchmarks.Plans;

return args switch
{
    ["plans"] => LargePlan.Run(),
    ["git-merge"] => await MergeToStaging.RunAsync(),
    ["git-worktree"] => await WorktreeFromPool.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Which benchmark? plans, git-merge, git-worktree");
    return 2;
}
