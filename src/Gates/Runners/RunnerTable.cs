namespace Orchestrator.Gates.Runners;

/// <summary>Table of runners with their count formats and decisive lines. A new runner needs one row. A runner that other runners start
/// comes before those runners.</summary>
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
