using Orchestrator.FakeAgent;
using Orchestrator.FakeAgent.Rude;

if (args is ["drive-acp", "--request", var request])
{
    return await Orchestrator.Agents.Acp.AcpDriver.RunAsync(
        request,
        Console.In.ReadToEnd(),
        Console.WriteLine,
        Console.Error.WriteLine,
        default
    );
}
if (args is not ["--version"] and not ["auth", ..] && Environment.GetEnvironmentVariable(RudeAgent.Variable) is { Length: > 0 } rudeness)
{
    return RudeAgent.Run(rudeness, args);
}
return args switch
{
    ["hook", "--policy", var policy] => HookHost.Run(policy),
    ["follow", "--cores", var cores, var folder, var worktree, .. var command] => await FollowerHost.RunAsync(
        folder,
        worktree,
        double.Parse(cores, System.Globalization.CultureInfo.InvariantCulture),
        command
    ),
    ["follow", var folder, var worktree, .. var command] => await FollowerHost.RunAsync(folder, worktree, null, command),
    ["ledger", var home, var name] => await LedgerHost.RunAsync(home, name),
    ["serve", var addressFile] => ServerHost.Run(addressFile),
    ["acp", var manner] => FakeAcpAgent.Run(manner),
    ["--version", ..] => FakeClaudeAgent.PrintVersion(),
    ["auth", "status", ..] => FakeClaudeAgent.PrintLogin(),
    _ when args.Contains("-p") => FakeClaudeAgent.Run(args),
    [var script] => CommandAgent.Run(script),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "fake-agent SCRIPT.json | hook --policy FILE | serve FILE | ledger HOME NAME | follow FOLDER WORKTREE PROGRAM [ARGUMENT...] | "
            + "the arguments of 'claude -p' with FAKE_AGENT_SCRIPT set"
    );
    return 2;
}
