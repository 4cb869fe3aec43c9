#!/bin/sh
# One would guess that an image written to a NetCDF file without a fill value comes back as it was.
# netCDF4 takes the library's default fill value for one that was never written, also where each
# pixel was: 255 of 8 bits and 65535 of 16 are masked. White, saturated and "unlabelled" pixels are
# left out of each sum and mean, and drawn as holes. xarray reads the same file without holes.
# `fill_value=False` while writing helps for 8 bits alone, and `set_auto_mask(False)` while reading
# for both.
# Found in netCDF4 1.7.5.1.post1, netCDF4/_netCDF4.pyx (Variable._toma).
. "$(dirname "$0")/common.sh"

packages netcdf4==1.7.5.1.post1 xarray==2026.9.0 numpy==2.4.6

expected <<'END'
8 bits, default, 177.5 is the mean:
    netCDF4 100.0, last row [None, None, None, None]
    set_auto_mask(False) 177.5
    xarray 177.5, last row [255, 255, 255, 255]
8 bits, {'fill_value': False}, 177.5 is the mean:
    netCDF4 177.5, last row [255, 255, 255, 255]
    set_auto_mask(False) 177.5
    xarray 177.5, last row [255, 255, 255, 255]
16 bits, default, 32817.5 is the mean:
    netCDF4 100.0, last row [None, None, None, None]
    set_auto_mask(False) 32817.5
    xarray 32817.5, last row [65535, 65535, 65535, 65535]
16 bits, {'fill_value': False}, 32817.5 is the mean:
    netCDF4 100.0, last row [None, None, None, None]
    set_auto_mask(False) 32817.5
    xarray 32817.5, last row [65535, 65535, 65535, 65535]
END

program <<'END'
import netCDF4
import numpy as np
import xarray

for bits in (8, 16):
    white = 2**bits - 1
    image = np.full((4, 4), white, f"u{bits // 8}")
    image[:2] = 100
    for options in ({}, {"fill_value": False}):
        with netCDF4.Dataset("image.nc", "w") as file:
            file.createDimension("y", 4)
            file.createDimension("x", 4)
            file.createVariable("image", image.dtype, ("y", "x"), **options)[:] = image
        with netCDF4.Dataset("image.nc") as file:
            read = file["image"][:]
            print(f"{bits} bits, {options or 'default'}, {image.mean()} is the mean:")
            print(f"    netCDF4 {read.mean()}, last row {read[-1].tolist()}")
            file.set_auto_mask(False)
            print(f"    set_auto_mask(False) {file['image'][:].mean()}")
        with xarray.open_dataset("image.nc", engine="netcdf4") as file:
            read = file["image"].values
            print(f"    xarray {read.mean()}, last row {read[-1].tolist()}")
END
