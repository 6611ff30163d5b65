namespace Orchestrator.Gates.Runners;

/// <summary>The table of runners: how each states its counts, and which of its lines is decisive. A new runner is one row. Rows of runners
/// that others call stand before those that call them.</summary>
internal static class RunnerTable
{
    public static readonly IReadOnlyList<Runner> Rows =
    [
        .. PackageRunners.Fetchers,
        .. PythonRunners.Python,
        .. GoRunners.Go,
        .. RustRunners.Rust,
        .. ScriptRunners.JavaScript,
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
