using Orchestrator.Benchmarks.Git;

return args switch
{
    ["git-merge"] => await MergeToStaging.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Which benchmark? git-merge");
    return 2;
}
