namespace Orchestrator.Gates.Runners;

/// <summary>
/// Table of runners (test runners, build tools and linters), with their rules for test counts and decisive lines. A new runner needs one
/// row. A runner comes before the runners that can start it.
/// </summary>
internal static class GateProgramOutputFormatTable
{
    public static readonly IReadOnlyList<GateProgramOutputFormat> Rows =
    [
        .. PackageFetcherOutputFormats.Fetchers,
        .. PythonTestOutputFormats.Python,
        .. GoTestOutputFormats.Go,
        .. RustTestOutputFormats.Rust,
        .. RareJavaScriptTestOutputFormats.Small,
        .. JavaScriptTestOutputFormats.JavaScript,
        .. RareJavaScriptTestOutputFormats.JavaScript,
        .. RubyTestOutputFormats.Ruby,
        .. PhpTestOutputFormats.Php,
        .. DotNetTestOutputFormats.DotNet,
        .. JvmTestOutputFormats.Jvm,
        .. CppAndSwiftTestOutputFormats.Native,
        .. TapTestOutputFormats.TestAnything,
        .. TapTestOutputFormats.Others,
        .. LinterOutputFormats.Linters,
        .. BuildToolOutputFormats.Builders,
        .. BuildToolOutputFormats.Managers,
        .. BuildToolOutputFormats.Shells,
    ];
}
