namespace Orchestrator.Gates.Runners;

/// <summary>
/// Table of runners (test runners, build tools and linters), with their rules for test counts and decisive lines. A new runner needs one
/// row. A runner comes before the runners that can start it.
/// </summary>
internal static class RunnerTable
{
    public static readonly IReadOnlyList<RunnerOutputFormat> Rows =
    [
        .. PackageRunners.Fetchers,
        .. PythonRunners.Python,
        .. GoRunners.Go,
        .. RustRunners.Rust,
        .. OtherScriptRunners.Small,
        .. ScriptRunners.JavaScript,
        .. OtherScriptRunners.JavaScript,
        .. RubyRunners.Ruby,
        .. PhpRunners.Php,
        .. DotNetRunners.DotNet,
        .. JvmRunners.Jvm,
        .. NativeRunners.Native,
        .. TapRunners.TestAnything,
        .. TapRunners.Others,
        .. LinterRunners.Linters,
        .. BuildRunners.Builders,
        .. BuildRunners.Managers,
        .. BuildRunners.Shells,
    ];
}
