namespace Orchestrator.App;

/// <summary>The product's version.</summary>
public static class ProductVersion
{
    /// <summary>Three numbers, such as <c>0.1.0</c>.</summary>
    public static string Value { get; } = typeof(ProductVersion).Assembly.GetName().Version!.ToString(3);
}
