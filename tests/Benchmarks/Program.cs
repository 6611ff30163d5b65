using Orchestrator.Benchmarks.Git;

return args switch
{
    ["git-merge"] => await MergeToStaging.RunAsync(),
    ["git-worktree"] => await WorktreeFromPool.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Which benchmark? git-merge, git-worktree");
    return 2;
}
